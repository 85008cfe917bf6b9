import type { Case } from "@usher/protocol";
import type { JSX } from "preact";

import { queueLabel } from "../i18n/labels";
import { me } from "../live/store";
import { Age } from "../ui/age";
import { Icon } from "../ui/icon";
import { NextClock } from "../desk/milestone-clock";
import { BulkBar } from "./bulk-bar";
import { typeLabel } from "./case-index";
import { CaseLink, customerOf, PriorityTag, StatusTag } from "./case-facts";
import { asked, list, listed, load, moreOfList, ticked } from "./overview";
import { t } from "./words";

/** Cases row by row. Rows keep their places while the cases in them change; new ones wait until they are asked for. */
export function CaseList(): JSX.Element {
  const { is, after, fresh } = list.value;
  const shown = listed.value;
  return (
    <section class="case-list" aria-label={t("page.cases")} aria-busy={is === "loading"}>
      {fresh.size > 0 && (
        <button type="button" class="button case-fresh" onClick={load}>
          {t("cases.fresh", { count: fresh.size })}
        </button>
      )}
      {is === "failed" && <Failed />}
      {shown.length > 0 ? <Table shown={shown} /> : is !== "failed" && <Nothing loading={is === "loading"} />}
      {after !== "" && (
        <button type="button" class="button quiet" onClick={() => void moreOfList()}>
          {t("cases.more")}
        </button>
      )}
      {ticked.value.size > 0 && <BulkBar />}
    </section>
  );
}

function Table({ shown }: { shown: readonly Case[] }): JSX.Element {
  const all = shown.every((one) => ticked.value.has(one.case_id));
  return (
    <div class="case-table" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th>
              <input
                type="checkbox"
                aria-label={t("cases.tick_all")}
                checked={all}
                onChange={() => (ticked.value = new Set(all ? [] : shown.map((one) => one.case_id)))}
              />
            </th>
            <th>{t("cases.subject")}</th>
            <th data-column="status">{t("cases.status")}</th>
            <th data-column="type">{t("cases.type")}</th>
            <th data-column="queue">{t("cases.queue")}</th>
            <th data-column="owner">{t("cases.owner")}</th>
            <th>{t("cases.due")}</th>
            <th data-column="updated">{t("cases.updated")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <Row key={one.case_id} of={one} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ of: one }: { of: Case }): JSX.Element {
  const on = ticked.value.has(one.case_id);
  return (
    <tr data-ticked={on} data-closed={one.status === "closed"}>
      <td>
        <input type="checkbox" aria-label={t("cases.tick", { number: String(one.number) })} checked={on} onChange={() => tick(one.case_id, !on)} />
      </td>
      <td class="case-cell">
        <CaseLink of={one} class="clip" />
        <span class="small faint clip">
          {customerOf(one)} <PriorityTag of={one} />
          {one.children > 0 && <span class="tag">{t("cases.children_count", { count: one.children })}</span>}
        </span>
      </td>
      <td data-column="status">
        <StatusTag of={one} />
      </td>
      <td data-column="type" class="small" title={one.case_type && typeLabel(one.case_type)}>
        {one.case_type === "" ? <None /> : typeLabel(one.case_type)}
      </td>
      <td data-column="queue" class="small" title={one.queue && queueLabel(one.queue)}>
        {one.queue === "" ? <None /> : queueLabel(one.queue)}
      </td>
      <td data-column="owner" class="small" title={one.owner_name}>
        {one.owner_id === "" ? <None /> : one.owner_id === me.value?.agent_id ? t("cases.me") : one.owner_name}
      </td>
      <td class="small">
        <NextClock of={one} />
      </td>
      <td data-column="updated" class="small faint">
        <Age since={one.updated_at} />
      </td>
    </tr>
  );
}

function tick(id: string, on: boolean): void {
  const next = new Set(ticked.peek());
  if (on) next.add(id);
  else next.delete(id);
  ticked.value = next;
}

const None = (): JSX.Element => <span class="faint">–</span>;

function Failed(): JSX.Element {
  return (
    <p class="case-failed" role="status">
      <Icon name="alert" /> {t("cases.failed")}{" "}
      <button type="button" class="link" onClick={load}>
        {t("action.try_again")}
      </button>
    </p>
  );
}

function Nothing({ loading }: { loading: boolean }): JSX.Element {
  if (loading)
    return (
      <p class="empty faint">
        <span class="spinner" aria-hidden="true" /> {t("line.loading")}
      </p>
    );
  const found = asked.value.filter.text === "";
  return (
    <div class="empty">
      <Icon name="cases" size={28} />
      <h2>{t(found ? "cases.none" : "cases.none_found")}</h2>
      <p>{t(found ? "cases.none_help" : "cases.none_found_help")}</p>
    </div>
  );
}
