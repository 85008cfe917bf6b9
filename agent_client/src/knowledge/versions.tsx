import type { ArticleText } from "@usher/protocol";
import { type ChangeObject, diffWordsWithSpace } from "diff";
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { exactTime } from "../i18n/times";
import { tell } from "../live/commands";
import { command } from "../live/link";
import { ask, useAsked } from "./asking";
import { t } from "./words";

/** A language's earlier versions: brought back, or seen beside the newest. */
export function Versions({ articleId, newest, onDone }: { articleId: string; newest: ArticleText; onDone: (articleId: string) => void }): JSX.Element {
  const asked = useAsked(`${articleId} ${newest.language} ${newest.version}`, () =>
    ask({ type: "article.versions", article_id: articleId, language: newest.language }, "article.history"),
  );
  const seen = useSignal<number | null>(null);
  const restore = async (version: ArticleText): Promise<void> => {
    try {
      await command({ type: "article.restore", article_id: articleId, language: version.language, version: version.version });
      onDone(articleId);
    } catch (error) {
      tell(error);
    }
  };
  const all = asked.value.is === "there" ? asked.value.value.versions : [];
  const compared = all.find((one) => one.version === seen.value);
  return (
    <details>
      <summary>{t("knowledge.history")}</summary>
      <ul class="versions">
        {all.map((version) => (
          <li key={version.version}>
            <span class="numeric">{version.version}</span>
            <span class="grow">
              {exactTime(version.saved_at)} · {version.saved_by}
              {version.published && <span class="tag"> {t("knowledge.live")}</span>}
            </span>
            {version.version !== newest.version && (
              <>
                <button type="button" class="button small" aria-pressed={seen.value === version.version} onClick={() => (seen.value = seen.peek() === version.version ? null : version.version)}>
                  {t("versions.compare")}
                </button>
                <button type="button" class="button small" onClick={() => void restore(version)}>
                  {t("knowledge.restore")}
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      {compared && <Compared all={all} from={compared} to={newest} />}
    </details>
  );
}

/** Two versions side by side; what is only in one of them is marked there. */
function Compared({ all, from, to }: { all: readonly ArticleText[]; from: ArticleText; to: ArticleText }): JSX.Element {
  const against = useSignal(to.version);
  const id = useId();
  const other = all.find((one) => one.version === against.value) ?? to;
  const changes = diffWordsWithSpace(whole(from), whole(other), wordsOf(from.language));
  const same = changes.every((one) => !one.added && !one.removed);
  return (
    <section class="compared" aria-label={t("versions.compared")}>
      <label for={id}>{t("versions.with")}</label>{" "}
      <select id={id} class="field" value={other.version} onChange={({ currentTarget }) => (against.value = Number(currentTarget.value))}>
        {all
          .filter((one) => one.version !== from.version)
          .map((one) => (
            <option key={one.version} value={one.version}>
              {one.version}
            </option>
          ))}
      </select>
      <p role="status" class="small faint">
        {same && t("versions.same")}
      </p>
      <div class="compared-sides">
        <Side of={from} changes={changes.filter((one) => !one.added)} />
        <Side of={other} changes={changes.filter((one) => !one.removed)} />
      </div>
    </section>
  );
}

function Side({ of: version, changes }: { of: ArticleText; changes: readonly ChangeObject<string>[] }): JSX.Element {
  return (
    <div class="panel compared-side" lang={version.language}>
      <h2>{t("versions.version", { number: version.version })}</h2>
      <p>
        {changes.map(({ value, added, removed }, at) => {
          if (added) return <ins key={at}>{value}</ins>;
          return removed ? <del key={at}>{value}</del> : <span key={at}>{value}</span>;
        })}
      </p>
    </div>
  );
}

/** Browsers that cannot tell words of every alphabet apart compare by other rules. */
function wordsOf(language: string): { intlSegmenter?: Intl.Segmenter } {
  return "Segmenter" in Intl ? { intlSegmenter: new Intl.Segmenter(language, { granularity: "word" }) } : {};
}

function whole({ title, body, examples }: ArticleText): string {
  return [title, body, examples.join("\n")].filter(Boolean).join("\n\n");
}
