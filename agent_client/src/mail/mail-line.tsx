import type { MailHead, Message } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";
import "./mail.css";
import { isKey, t } from "./words";

/** What stands above a mail: what it is about, from whom, to whom; and the way to see it as it came. */
export function MailLine({ message, head }: { message: Message; head: MailHead }): JSX.Element | null {
  const { subject = "", sender = "", to = [], cc = [], forwarded_by: forwarder = "", notes = [] } = head;
  const theirs = message.author === "customer";
  const whom = [
    theirs && sender ? t("mail.from", { address: sender }) : "",
    to.length > 0 ? t("mail.to", { addresses: to.join(", ") }) : "",
    cc.length > 0 ? t("mail.cc", { addresses: cc.join(", ") }) : "",
    forwarder ? t("mail.forwarded_by", { address: forwarder }) : "",
    head.automatic ? t("mail.automatic") : "",
  ].filter(Boolean);
  if (!theirs && whom.length === 0) return null;
  return (
    <div class="mail-line small">
      {theirs && (
        <p class="mail-subject">
          <strong class="clip">{subject || t("mail.no_subject")}</strong>
          {head.original && <Original message={message} subject={subject} />}
        </p>
      )}
      <p class="faint">{whom.join(" · ")}</p>
      {head.comment && <blockquote>{head.comment}</blockquote>}
      {notes.map((note) => (
        <Note key={note} note={`mail.note.${note}`} />
      ))}
    </div>
  );
}

function Note({ note }: { note: string }): JSX.Element | null {
  if (!isKey(note)) return null;
  return (
    <p class="with-icon">
      <Icon name="info" size={13} /> {t(note)}
    </p>
  );
}

/** In a frame without any rights: nothing in a mail runs here, whatever it is. */
function Original({ message, subject }: { message: Message; subject: string }): JSX.Element {
  const open = useSignal(false);
  const title = subject || t("mail.no_subject");
  const address = `/api/mails/${encodeURIComponent(message.conversation_id)}/${message.n}`;
  return (
    <>
      <button type="button" class="link" aria-label={t("mail.show_original", { subject: title })} onClick={() => (open.value = true)}>
        {t("mail.original")}
      </button>
      {open.value && (
        <Dialog title={title} wide onClose={() => (open.value = false)}>
          <iframe class="mail-original" title={title} src={address} sandbox="allow-popups allow-popups-to-escape-sandbox" />
          <p class="mail-foot">
            <a class="button" href={`${address}?raw=1`} download="">
              <Icon name="file" size={15} /> {t("mail.download")}
            </a>
          </p>
        </Dialog>
      )}
    </>
  );
}
