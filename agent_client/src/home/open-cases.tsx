import type { OpenCases as Count } from "@usher/protocol";
import { nice, ticks as niceTicks } from "d3-array";
import { stack } from "d3-shape";
import type { JSX } from "preact";

import { ANY, OPEN, PRIORITIES, type Priority } from "../cases/filter";
import { showCases } from "../cases/going";
import { t as caseWord } from "../cases/words";
import { number } from "../i18n/times";
import { pathOf } from "../router";
import { byType, type TypeRow } from "./rows";
import { t } from "./words";

const ROW = 40;
const BAR = 14;
const AXIS = 18;
const TICKS = 4;

const layers = stack<unknown, TypeRow, Priority>()
  .keys(PRIORITIES)
  .value(({ of }, priority) => of[priority]);

/** A bar a type, made of its priorities; and the same as a table, which leads on to the cases. */
export function OpenCases({ of: counts }: { of: readonly Count[] }): JSX.Element {
  const all = byType(counts);
  const together = all.reduce((sum, { total }) => sum + total, 0);
  if (together === 0) return <p class="empty">{t("home.open_none")}</p>;
  return (
    <>
      <Legend />
      <Bars rows={all} label={t("home.open_are", { count: together })} />
      <details class="as-table">
        <summary class="small">{t("home.as_table")}</summary>
        <Table rows={all} />
      </details>
    </>
  );
}

function Legend(): JSX.Element {
  return (
    <ul class="legend small" aria-hidden="true">
      {PRIORITIES.map((priority) => (
        <li key={priority} class="with-icon">
          <i class="swatch" data-priority={priority} /> {caseWord(`cases.priority.${priority}`)}
        </li>
      ))}
    </ul>
  );
}

/** Widths are shares of the space there is, so that nothing needs to be measured. */
function Bars({ rows, label }: { rows: readonly TypeRow[]; label: string }): JSX.Element {
  const most = Math.max(...rows.map(({ total }) => total));
  const [, end] = nice(0, most, TICKS);
  const ticks = niceTicks(0, end, TICKS).filter(Number.isInteger);
  const percent = (count: number): string => `${(count / end) * 100}%`;
  const height = rows.length * ROW;
  return (
    <div class="bars">
      <svg role="img" aria-label={label} width="100%" height={height + AXIS}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line class="bars-grid" x1={percent(tick)} x2={percent(tick)} y1={0} y2={height} />
            <text class="bars-tick" x={percent(tick)} y={height + AXIS - 4} text-anchor={tick === 0 ? "start" : tick > end * 0.95 ? "end" : "middle"}>
              {number(tick)}
            </text>
          </g>
        ))}
        {rows.map(({ key, label: name, total }, row) => (
          <text key={key} class="bars-name" x={0} y={row * ROW + 15}>
            {name || t(key === null ? "home.other_types" : "home.no_type")} <tspan class="bars-total">{number(total)}</tspan>
          </text>
        ))}
        {layers([...rows]).map((layer) =>
          layer.map(([from, to], row) =>
            to > from ? (
              <rect key={`${layer.key} ${row}`} class="bars-part" data-priority={layer.key} x={percent(from)} width={percent(to - from)} y={row * ROW + 20} height={BAR}>
                <title>{`${caseWord(`cases.priority.${layer.key}`)}: ${number(to - from)}`}</title>
              </rect>
            ) : null,
          ),
        )}
      </svg>
    </div>
  );
}

function Table({ rows }: { rows: readonly TypeRow[] }): JSX.Element {
  return (
    <div class="table-box" tabIndex={0} role="region" aria-label={t("home.open")}>
      <table class="small">
        <thead>
          <tr>
            <th scope="col">{t("home.type")}</th>
            {PRIORITIES.map((priority) => (
              <th key={priority} scope="col">
                {caseWord(`cases.priority.${priority}`)}
              </th>
            ))}
            <th scope="col">{t("home.total")}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <TypeName of={row} />
              </th>
              {PRIORITIES.map((priority) => (
                <td key={priority} class="numeric">
                  {number(row.of[priority])}
                </td>
              ))}
              <td class="numeric">{number(row.total)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The way to its cases; several types together, or none, cannot be asked for. */
function TypeName({ of: { key, label } }: { of: TypeRow }): JSX.Element {
  if (key === null || key === "") return <>{t(key === null ? "home.other_types" : "home.no_type")}</>;
  return (
    <a
      href={pathOf({ page: "cases", path: [] })}
      title={t("home.show_type", { type: label })}
      onClick={(event) => showCases(event, { ...ANY, case_types: [key], statuses: [...OPEN] }, "updated")}
    >
      {label}
    </a>
  );
}
