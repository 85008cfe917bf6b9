import { CommandError } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { ask } from "../knowledge/asking";
import { Icon } from "../ui/icon";
import { type Fault, faultOf } from "./fault";
import { t } from "./words";

const AFTER_MS = 400;

type Seen = { text: string; missing: readonly string[] } | Fault | null;

/** A text as a customer would read it, with what stands for variables filled in; or why it cannot be sent. */
export function TextPreview({ text, lang }: { text: string; lang?: string | undefined }): JSX.Element | null {
  const seen = useSignal<Seen>(null);
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => {
      void shown(text).then((next) => {
        if (!over) seen.value = next;
      });
    }, AFTER_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [text, seen]);
  const now = seen.value;
  if (text.trim() === "" || now === null) return null;
  if ("field" in now)
    return (
      <p class="fault small" role="status">
        <Icon name="alert" size={14} /> {now.text}
      </p>
    );
  return (
    <figure class="text-preview">
      <figcaption class="small faint">{t("macros.preview")}</figcaption>
      <p class="bubble" lang={lang}>
        {now.text}
      </p>
      {now.missing.length > 0 && <p class="small faint">{t("macros.may_be_missing", { names: now.missing.join(", ") })}</p>}
    </figure>
  );
}

/** null: it cannot be told now. */
async function shown(text: string): Promise<Seen> {
  if (text.trim() === "") return null;
  try {
    return await ask({ type: "text.preview", text }, "filled");
  } catch (error) {
    if (error instanceof CommandError && error.code !== "bad_value") return null;
    return faultOf(error);
  }
}
