import type { QuickText } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { notify } from "../live/notices";
import { tell } from "../live/commands";
import { ask, useAsked } from "./asking";
import { t } from "./words";
import "./knowledge.css";

/** So many can be seen without scrolling; further letters find the others. */
const MOST = 6;

interface Props {
  conversationId: string;
  language: string;
  /** What is typed after the slash. */
  typed: string;
  onChoose: (text: string) => void;
  onLeave: () => void;
  /** Takes keys of the text field while the list is there; returns whether it took one. */
  onKeys: (take: ((event: KeyboardEvent) => boolean) | null) => void;
}

/** Quick texts that fit what is typed after `/`: arrows choose, Enter or Tab take, Escape leaves. */
export function QuickTextPicker({ conversationId, language, typed, onChoose, onLeave, onKeys }: Props): JSX.Element {
  const asked = useAsked("quick texts", () => ask({ type: "quick_texts.fetch" }, "quick_texts"));
  const at = useSignal(0);
  const ids = useId();
  const all = asked.value.is === "there" ? asked.value.value.quick_texts : [];
  const fitting = fit(all, typed).slice(0, MOST);
  const chosen = Math.min(at.value, fitting.length - 1);

  const take = async (quickText: QuickText | undefined): Promise<void> => {
    if (quickText === undefined) return;
    try {
      const filled = await ask(
        { type: "quick_text.fill", quick_text_id: quickText.quick_text_id, conversation_id: conversationId, language },
        "filled",
      );
      onChoose(filled.text);
      if (filled.missing.length > 0) notify("warn", "quick_text.missing");
    } catch (error) {
      tell(error);
    }
  };
  useEffect(() => {
    onKeys((event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move !== undefined && fitting.length > 0) at.value = (chosen + move + fitting.length) % fitting.length;
      else if (event.key === "Escape") onLeave();
      else if ((event.key === "Enter" || event.key === "Tab") && fitting.length > 0) void take(fitting[chosen]);
      else if (event.key !== "Enter" || asked.value.is !== "loading") return false; // while they are not known, nothing is sent
      event.preventDefault();
      return true;
    });
    return () => onKeys(null);
  });
  return (
    <div class="slash">
      <ul class="slash-list" role="listbox" aria-label={t("quick_text.title")}>
        {fitting.map((one, place) => (
          <li
            key={one.quick_text_id}
            id={`${ids}${place}`}
            role="option"
            aria-selected={place === chosen}
            class="slash-item"
            onMouseDown={(event) => {
              event.preventDefault();
              void take(one);
            }}
          >
            <span>
              <kbd>/{one.short}</kbd> <strong>{one.title}</strong>
            </span>
            <span class="small faint clip">{readable(one.texts[language] ?? one.texts.en ?? Object.values(one.texts)[0] ?? "")}</span>
          </li>
        ))}
      </ul>
      <p class="only-heard" role="status">
        {fitting.length === 0 ? t("quick_text.none") : `${fitting[chosen]?.title ?? ""}, ${chosen + 1}/${fitting.length}`}
      </p>
      {fitting.length === 0 && <p class="slash-none small faint">{asked.value.is === "loading" ? t("line.loading") : t("quick_text.none")}</p>}
    </div>
  );
}

/** A template as it reads before it is filled in: what stands in for each variable, or a gap. */
export function readable(template: string): string {
  return template.replace(/\{\{[^{}|]*(?:\|([^{}]*))?\}\}/g, (_, standIn: string | undefined) => standIn ?? "…");
}

/** Those whose short word begins so first, then those that have it in their title. */
export function fit(all: readonly QuickText[], typed: string): QuickText[] {
  const asked = typed.toLowerCase();
  const begins = all.filter((one) => one.short.startsWith(asked));
  return [...begins, ...all.filter((one) => !begins.includes(one) && one.title.toLowerCase().includes(asked))];
}
