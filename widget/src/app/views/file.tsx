import type { File as Kept } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "./icons";
import { useWidget } from "./widget";

const PICTURE = /^image\/(png|jpeg|gif|webp)$/;

/**
 * A file of a message: pressed, it is saved. A picture is drawn, not linked: the host page's policy says nothing about
 * canvases, and its place has a size before it is here.
 */
export function FileView({ file }: { file: Kept }): JSX.Element {
  const { chat } = useWidget();
  const [busy, setBusy] = useState(false);
  const [plain, setPlain] = useState(!PICTURE.test(file.media_type));
  const canvas = useRef<HTMLCanvasElement>(null);

  useEffect(() => {
    if (canvas.current) chat.file(file.file_id).then((blob) => draw(blob, canvas.current)).catch(() => setPlain(true));
  }, [chat, file.file_id]);

  const save = async (): Promise<void> => {
    setBusy(true);
    const blob = await chat.file(file.file_id).catch(() => null);
    setBusy(false);
    if (blob) keep(blob, file.name);
  };
  return (
    <button class={plain ? "file" : "picture"} disabled={busy} title={file.name} aria-label={file.name} onClick={() => void save()}>
      {plain ? (
        <>
          <Icon name="file" />
          <span class="clip">{file.name}</span>
        </>
      ) : (
        <canvas ref={canvas} />
      )}
    </button>
  );
}

async function draw(blob: Blob, canvas: HTMLCanvasElement | null): Promise<void> {
  const image = await createImageBitmap(blob);
  if (!canvas) return;
  const scale = Math.min(1, 800 / Math.max(image.width, image.height));
  canvas.width = Math.max(1, image.width * scale);
  canvas.height = Math.max(1, image.height * scale);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
}

function keep(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
