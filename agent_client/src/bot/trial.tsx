import type { JSX } from "preact";

import { language } from "../i18n/language";
import { number } from "../i18n/times";
import { type Intent, titleOf, type Tried } from "./report";
import { t } from "./words";

interface Props {
  tried: Tried;
  intents: readonly Intent[];
  /** Which of them is the article that is tried; it has no title yet that others know. */
  own?: string;
}

/** What would have been answered otherwise, before it is taught. */
export function Trial({ tried, intents, own }: Props): JSX.Element {
  const name = (intent: string): string => {
    if (intent === "") return t("bot.nothing");
    return intent === own ? t("bot.this_article") : titleOf(intents, intent, language.value);
  };
  return (
    <>
      <p class="small">
        {t("bot.tried", { count: tried.messages })} {t("bot.tried_same", { count: tried.same })}, {t("bot.tried_gained", { count: tried.gained })},{" "}
        {t("bot.tried_lost", { count: tried.lost })}, {t("bot.tried_other", { count: tried.other })}.
      </p>
      <ul class="small">
        {tried.differences.map((one) => (
          <li key={`${one.language} ${one.text}`}>
            <span lang={one.language}>{one.text}</span> ({number(one.times)} ×): {name(one.before)} → {name(one.after)}
          </li>
        ))}
      </ul>
    </>
  );
}
