import type { Home } from "@usher/protocol";
import type { JSX } from "preact";

import { CaseLink, customerOf, PriorityTag, StatusTag } from "../cases/case-facts";
import { ANY, OPEN } from "../cases/filter";
import { showCases } from "../cases/going";
import { cases } from "../live/cases";
import { pathOf } from "../router";
import { NextClock } from "../desk/milestone-clock";
import { t } from "./words";

/** My open cases, the next deadline first, each as it is now. */
export function DueList({ of: { due, my_open } }: { of: Home }): JSX.Element {
  if (due.length === 0)
    return (
      <div class="empty">
        <h3>{t("home.due_none")}</h3>
        <p>{t("home.due_none_help")}</p>
      </div>
    );
  return (
    <>
      <ul class="due-list">
        {due.map((told) => {
          const one = cases.value.get(told.case_id) ?? told;
          return (
            <li key={one.case_id}>
              <div class="grow clip-box">
                <p class="clip">
                  <CaseLink of={one} />
                </p>
                <p class="faint small clip">
                  <StatusTag of={one} /> <PriorityTag of={one} /> {customerOf(one)}
                </p>
              </div>
              {one.milestones.length > 0 ? <NextClock of={one} /> : <span class="faint small">{t("home.no_deadline")}</span>}
            </li>
          );
        })}
      </ul>
      {my_open > due.length && (
        <a class="small" href={pathOf({ page: "cases", path: [] })} onClick={(event) => showCases(event, { ...ANY, scope: "mine", statuses: [...OPEN] }, "due")}>
          {t("home.all_mine")} ({my_open})
        </a>
      )}
    </>
  );
}
