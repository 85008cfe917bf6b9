import type { JSX, TargetedKeyboardEvent } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { FileFault } from "../files";
import { Icon } from "./icons";
import { useWidget } from "./widget";

/** Characters the server accepts in one message. */
export const TEXT_LIMIT = 4_000;
const EMOJI = Array.from("😀😊😂🙂😉😍🤔😅😢😭😡😱👍👎👋🙏👏💪🤝🙌❤🎉🔥✨🌱🌿🌻🌷🌳🏡📦🚚💶🧾⏰✅");

/** Where the customer writes. The draft outlives a reload. */
export function Composer(): JSX.Element {
  const { chat, words, draft, setDraft } = useWidget();
  const [emoji, setEmoji] = useState(false);
  const [full, setFull] = useState(false);
  const [sending, setSending] = useState<readonly (readonly File[])[]>([]);
  const [fault, setFault] = useState<FileFault | "">("");
  const chooser = useRef<HTMLInputElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const excess = draft.length - TEXT_LIMIT;

  useLayoutEffect(() => grow(field.current), [draft]);
  useLayoutEffect(() => keepKeyboard(field.current), []);

  const send = (): void => {
    const text = draft.trim();
    if (!text || excess > 0) return;
    const taken = chat.say(text);
    setFull(!taken);
    if (taken) setDraft("");
    field.current?.focus();
  };

  const insert = (character: string): void => {
    const at = field.current?.selectionStart ?? draft.length;
    setDraft(draft.slice(0, at) + character + draft.slice(at));
    setEmoji(false);
    field.current?.focus();
  };

  const attach = async (list: FileList | undefined | null): Promise<void> => {
    const files = [...(list ?? [])];
    if (!files.length) return;
    setFault("");
    setSending((others) => [...others, files]);
    const answer = await chat.attach(files);
    setSending((all) => all.filter((each) => each !== files));
    setFault((earlier) => answer || earlier);
  };

  const key = (event: TargetedKeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    send();
  };

  return (
    <div class="composer">
      {excess > 0 && <p class="fault">{words.count("too_long", excess)}</p>}
      {full && <p class="fault">{words.t("full")}</p>}
      <div role="status">
        {fault && <p class="fault">{words.t(fault)}</p>}
        {sending[0] && <p class="faint clip">{words.t("file_sending", sending.flatMap((files) => files.map((file) => file.name)).join(", "))}</p>}
      </div>
      {emoji && <EmojiGrid onPick={insert} onClose={() => setEmoji(false)} />}
      <div class="write">
        <textarea
          ref={field}
          data-first
          rows={1}
          value={draft}
          placeholder={words.t("write")}
          aria-label={words.t("write")}
          onKeyDown={key}
          onPaste={(event) => void attach(event.clipboardData?.files)}
          onInput={(event) => {
            setDraft(event.currentTarget.value);
            chat.typing();
          }}
        />
        <input
          ref={chooser}
          type="file"
          multiple
          hidden
          onChange={({ currentTarget }) => {
            void attach(currentTarget.files);
            currentTarget.value = "";
          }}
        />
        <button
          class="tool"
          aria-label={words.t("attach")}
          title={words.t("attach")}
          onClick={() => chooser.current?.click()}
        >
          <Icon name="clip" />
        </button>
        <button
          class="tool"
          aria-label={words.t("emoji")}
          title={words.t("emoji")}
          aria-expanded={emoji}
          onClick={() => setEmoji(!emoji)}
        >
          <Icon name="smile" />
        </button>
        <button class="tool send" aria-label={words.t("send")} title={words.t("send")} aria-disabled={!draft.trim()} onClick={send}>
          <Icon name="send" />
        </button>
      </div>
    </div>
  );
}

function EmojiGrid({ onPick, onClose }: { onPick: (emoji: string) => void; onClose: () => void }): JSX.Element {
  const { words } = useWidget();
  const first = useRef<HTMLButtonElement>(null);
  useLayoutEffect(() => first.current?.focus(), []);
  const key = (event: TargetedKeyboardEvent<HTMLDivElement>): void => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    onClose();
  };
  return (
    <div class="emoji" role="group" aria-label={words.t("emoji")} onKeyDown={key}>
      {EMOJI.map((one, i) => (
        <button key={one} {...(i === 0 && { ref: first })} onClick={() => onPick(one)}>
          {one}
        </button>
      ))}
    </div>
  );
}

/** The conversation may end under the customer's fingers: the focus goes to what was said, not out of the widget. */
function keepKeyboard(field: HTMLTextAreaElement | null): () => void {
  return () => {
    const root = field?.getRootNode() as ShadowRoot | undefined;
    if (root && root.activeElement === field) queueMicrotask(() => root.querySelector<HTMLElement>(".log")?.focus());
  };
}

/** As high as its text, up to the limit in the style sheet. */
function grow(field: HTMLTextAreaElement | null): void {
  if (!field) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}
