import type { KnowledgeOverview } from "@usher/protocol";
import type { JSX } from "preact";

import { number, percent } from "../i18n/times";
import { Icon } from "../ui/icon";
import { Coming } from "../ui/lazy";
import { ask, useAsked } from "./asking";
import { changes, openArticle, which } from "./going";
import { type Key, t } from "./words";

const DAYS = 30;

/** What an editor finds first: what is to be done, and how far articles help by themselves. */
export function Overview(): JSX.Element {
  const asked = useAsked(`overview ${changes.value}`, () => ask({ type: "knowledge.overview", days: DAYS }, "knowledge.overviewed"));
  if (asked.value.is === "loading") return <Coming />;
  if (asked.value.is === "failed") return <p class="faint">{t("knowledge.unread")}</p>;
  const known = asked.value.value;
  return (
    <div class="knowledge-overview">
      <section>
        <h2>{t("overview.to_do")}</h2>
        <div class="overview-tiles">
          <Tile count={known.drafts} text="overview.drafts" onOpen={() => (which.value = "drafts")} />
          <Tile count={known.stale} text="overview.stale" onOpen={() => (which.value = "stale")} />
          <Tile count={known.missing} text="overview.missing" onOpen={() => openArticle("missing")} />
        </div>
      </section>
      <SelfHelp known={known} />
    </div>
  );
}

function Tile({ count, text, onOpen }: { count: number; text: Key; onOpen: () => void }): JSX.Element {
  return (
    <button type="button" class="panel overview-tile" data-none={count === 0} onClick={onOpen}>
      <strong class="numeric">{number(count)}</strong> <span>{t(text, { count })}</span> <Icon name="forward" size={14} />
    </button>
  );
}

/** How visits went: the share that is sure to be satisfied, and what became of the others; a visit may be in two rows. */
function SelfHelp({ known }: { known: KnowledgeOverview }): JSX.Element {
  const rows: [Key, number][] = [
    ["self_help.satisfied", known.satisfied],
    ["self_help.person", known.person],
    ["self_help.left", known.left],
    ["self_help.not_helped", known.not_helped],
    ["self_help.unanswered", known.unanswered],
  ];
  return (
    <section class="panel self-help">
      <h2>{t("self_help.title", { days: DAYS })}</h2>
      {known.visits === 0 ? (
        <p class="faint">{t("self_help.none")}</p>
      ) : (
        <>
          <p>
            <strong class="self-help-share numeric">{percent(known.satisfied / known.visits)}</strong> {t("self_help.share", { count: known.visits })}
          </p>
          <table class="self-help-counts">
            <tbody>
              {rows.map(([key, count]) => (
                <tr key={key}>
                  <th scope="row">{t(key)}</th>
                  <td class="numeric">{number(count)}</td>
                  <td class="numeric faint">{percent(count / known.visits)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      <p class="small faint">{t("self_help.help")}</p>
    </section>
  );
}
