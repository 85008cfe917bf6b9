import type { File } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { t } from "../i18n/language";
import { fileSize } from "../i18n/times";
import { Dialog } from "../ui/dialog";
import { Icon } from "../ui/icon";

/** Types that browsers show. Another picture is a document like any other. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

/** The files of a message. Their places have fixed sizes: nothing moves when a picture has come. */
export function Files({ files }: { files: readonly File[] }): JSX.Element {
  return (
    <ul class="files">
      {files.map((file) => (
        <li key={file.file_id}>
          <OneFile file={file} />
        </li>
      ))}
    </ul>
  );
}

function OneFile({ file }: { file: File }): JSX.Element {
  if (file.state !== "stored") return <Absent file={file} />;
  if (PICTURES.has(file.media_type)) return <Picture file={file} />;
  const kind = file.media_type.split("/")[0];
  return (
    <>
      {kind === "audio" && <audio controls preload="metadata" src={addressOf(file)} aria-label={nameOf(file)} />}
      {kind === "video" && <video controls preload="metadata" src={addressOf(file)} aria-label={nameOf(file)} />}
      <Document file={file} />
    </>
  );
}

function Absent({ file }: { file: File }): JSX.Element {
  const failed = file.state === "failed";
  return (
    <p class="file" data-state={file.state}>
      <Icon name={failed ? "alert" : "clock"} size={15} />
      <span class="clip">{nameOf(file)}</span>
      <span class="small faint">{t(failed ? "file.failed" : "file.fetching")}</span>
    </p>
  );
}

function Document({ file }: { file: File }): JSX.Element {
  return (
    <a class="file" href={addressOf(file)} download={nameOf(file)} title={t("file.download", { name: nameOf(file) })}>
      <Icon name="file" size={15} />
      <span class="clip">{nameOf(file)}</span>
      {file.size_bytes !== null && <span class="small faint">{fileSize(file.size_bytes)}</span>}
    </a>
  );
}

function Picture({ file }: { file: File }): JSX.Element {
  const open = useSignal(false);
  return (
    <>
      <button type="button" class="picture" aria-label={t("file.open", { name: nameOf(file) })} onClick={() => (open.value = true)}>
        <img src={addressOf(file)} alt="" loading="lazy" decoding="async" />
      </button>
      {open.value && (
        <Dialog title={nameOf(file)} wide onClose={() => (open.value = false)}>
          <figure class="picture-whole">
            <img src={addressOf(file)} alt={nameOf(file)} />
            <figcaption>
              <Document file={file} />
            </figcaption>
          </figure>
        </Dialog>
      )}
    </>
  );
}

function nameOf(file: File): string {
  return file.name || t("file.unnamed");
}

export function addressOf(file: File): string {
  return `/api/files/${encodeURIComponent(file.file_id)}`;
}
