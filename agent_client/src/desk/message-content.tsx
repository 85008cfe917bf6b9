import type { Message, MessageExtra } from "@usher/protocol";
import type { JSX } from "preact";

import { isKey, t } from "../i18n/language";
import { clockTime, dayOf, exactTime } from "../i18n/times";
import { MailLine } from "../mail/lazy";
import { mapOf, placeOf } from "../state/place";
import { Icon } from "../ui/icon";
import { DeliveryLine } from "./delivery-line";
import { Files } from "./files";
import { Linked } from "./linked";

/** A message that took longer than this to come says when it was written. */
const LATE_MS = 60_000;

/** What was said: text, place and files, and what became of it. */
export function MessageContent({ message }: { message: Message }): JSX.Element {
  const extra: MessageExtra = message.extra ?? {};
  const withdrawn = typeof extra.deleted_at === "number";
  return (
    <>
      {extra.mail && <MailLine message={message} head={extra.mail} />}
      {extra.placeholder && !withdrawn && <span class="kind small faint">{kindLabel(extra.placeholder)}</span>}
      {message.text !== "" && (
        <div class="bubble">
          <Linked text={message.text} />
        </div>
      )}
      {withdrawn && message.text === "" && <div class="bubble withdrawn">{t("message.taken_back")}</div>}
      {extra.place && <PlaceLink uri={extra.place} />}
      {extra.files && extra.files.length > 0 && <Files files={extra.files} />}
      <Remarks message={message} extra={extra} />
      {message.delivery && <DeliveryLine message={message} delivery={message.delivery} />}
    </>
  );
}

/** Kinds of things that have no text of their own; one nobody has named here is called as its provider does. */
function kindLabel(kind: string): string {
  const key = `placeholder.${kind}`;
  return isKey(key) ? t(key) : kind.replaceAll("_", " ");
}

function PlaceLink({ uri }: { uri: string }): JSX.Element {
  const place = placeOf(uri);
  if (place === null) return <span class="small faint">{uri}</span>;
  return (
    <a class="place small" href={mapOf(place)} target="_blank" rel="noopener noreferrer nofollow">
      <Icon name="place" size={14} /> {t("place.map")} ({place.latitude}, {place.longitude})
    </a>
  );
}

function Remarks({ message, extra }: { message: Message; extra: MessageExtra }): JSX.Element | null {
  const { edited_at: edited = null, deleted_at: deleted = null, sent_at: sent = null } = extra;
  const late = sent !== null && Math.abs(message.at - sent) > LATE_MS;
  const changed = deleted ?? edited;
  if (changed === null && !late) return null;
  return (
    <p class="remarks small faint">
      {late && <time title={exactTime(sent)}>{t("message.written_at", { time: whenOf(sent, message.at) })}</time>}
      {changed !== null && (
        <time title={exactTime(changed)}>
          {t(deleted === null ? "message.edited_at" : "message.taken_back_at", { time: whenOf(changed, message.at) })}
        </time>
      )}
    </p>
  );
}

/** The time alone on the day of the message, the whole date on another. */
function whenOf(at: number, ofMessage: number): string {
  return dayOf(at) === dayOf(ofMessage) ? clockTime(at) : exactTime(at);
}
