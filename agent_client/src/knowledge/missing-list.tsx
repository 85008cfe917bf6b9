import type { MissedSearch } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { languageName, shortDate } from "../i18n/times";
import { done } from "../live/commands";
import { command } from "../live/link";
import { suggested } from "../live/suggested";
import { Coming } from "../ui/lazy";
import { ask, useAsked } from "./asking";
import { openArticle } from "./going";
import { t } from "./words";

const dismiss = ({ language, texts }: MissedSearch): Promise<unknown> => command({ type: "articles.dismiss_missed", language, texts });

/** What people looked for and did not find: to be written, or put aside. */
export function MissingList(): JSX.Element {
  const asideCount = useSignal(0);
  const asked = useAsked(`missing ${asideCount.value}`, () => ask({ type: "articles.missed", limit: 50 }, "missed"));
  const putAside = async (group: MissedSearch): Promise<void> => {
    if (await done(dismiss(group))) asideCount.value += 1;
  };
  const write = (group: MissedSearch): void => {
    const title = group.texts[0] ?? "";
    suggested.value = { title, questions: group.texts, seen: () => done(dismiss(group)) };
    openArticle("new", title);
  };
  return (
    <section class="article">
      <h2>{t("knowledge.missing")}</h2>
      <p class="faint">{t("knowledge.missing_help")}</p>
      {asked.value.is === "loading" && <Coming />}
      {asked.value.is === "failed" && <p class="faint">{t("knowledge.unread")}</p>}
      {asked.value.is === "there" && asked.value.value.groups.length === 0 && <p>{t("knowledge.missing_none")}</p>}
      <ul class="hits">
        {asked.value.is === "there" &&
          asked.value.value.groups.map((group) => (
            <li key={`${group.language} ${group.texts[0] ?? ""}`} class="panel">
              <strong lang={group.language}>{group.texts[0]}</strong>
              <p class="small faint">
                {t("knowledge.asked_times", { count: group.count })} · {languageName(group.language)} · {shortDate(group.last_at)}
                {group.texts.length > 1 && <span lang={group.language}> · {group.texts.slice(1, 4).join(" · ")}</span>}
              </p>
              <div class="article-acts">
                <button type="button" class="button small" onClick={() => write(group)}>
                  {t("knowledge.write")}
                </button>
                <button type="button" class="button small quiet" onClick={() => void putAside(group)}>
                  {t("knowledge.put_aside")}
                </button>
              </div>
            </li>
          ))}
      </ul>
    </section>
  );
}
