import type { Conversation, File } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/language";
import { fileSize } from "../i18n/times";
import { printed } from "../keys/chord";
import { changeDraft, draftOf } from "../live/drafts";
import { attach, dropUpload, type Upload, uploadsOf } from "../live/uploads";
import { accepted } from "../state/attachable";
import { attachCalls } from "../shell/view";
import { Icon } from "../ui/icon";

/** Opens the system's file chooser; so does its key. */
export function AttachButton({ conversation }: { conversation: Conversation }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const calls = attachCalls.value;
  const seen = useRef(calls);
  useEffect(() => {
    if (calls !== seen.current) input.current?.click();
    seen.current = calls;
  }, [calls]);
  return (
    <>
      <button
        type="button"
        class="button quiet small square"
        aria-label={t("attach.add")}
        title={`${t("attach.add")} (${printed("Alt+KeyF").join(" ")})`}
        onClick={() => input.current?.click()}
      >
        <Icon name="clip" size={17} />
      </button>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        accept={accepted(conversation.can ?? null)}
        onChange={(event) => {
          attach(conversation, [...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}

/** What goes with the next message: files that are there, on their way, or refused. */
export function Attachments({ conversationId }: { conversationId: string }): JSX.Element | null {
  const { files } = draftOf(conversationId);
  const uploads = uploadsOf(conversationId);
  if (files.length === 0 && uploads.length === 0) return null;
  const without = (file: File): void => changeDraft(conversationId, { files: files.filter((one) => one !== file) });
  return (
    <ul class="attachments" aria-label={t("attach.list")}>
      {files.map((file) => (
        <li key={file.file_id} class="file">
          <Icon name="file" size={15} />
          <span class="clip">{file.name || t("file.unnamed")}</span>
          {file.size_bytes !== null && <span class="small faint">{fileSize(file.size_bytes)}</span>}
          <Remove name={file.name} onRemove={() => without(file)} />
        </li>
      ))}
      {uploads.map((upload) => (
        <li key={upload.key} class="file" data-state={upload.why === null ? "sending" : "failed"}>
          <Icon name={upload.why === null ? "file" : "alert"} size={15} />
          <span class="clip">{upload.name || t("file.unnamed")}</span>
          <Progress upload={upload} />
          <Remove name={upload.name} onRemove={() => dropUpload(upload.key)} />
        </li>
      ))}
    </ul>
  );
}

function Progress({ upload }: { upload: Upload }): JSX.Element {
  if (upload.why === null) return <progress value={upload.share} aria-label={t("attach.uploading", { name: upload.name })} />;
  return (
    <span class="small" role="alert">
      {t(upload.why, { most: fileSize(upload.most_bytes) })}
    </span>
  );
}

function Remove({ name, onRemove }: { name: string; onRemove: () => void }): JSX.Element {
  return (
    <button type="button" class="remove" aria-label={t("attach.remove", { name: name || t("file.unnamed") })} onClick={onRemove}>
      <Icon name="close" size={14} />
    </button>
  );
}
