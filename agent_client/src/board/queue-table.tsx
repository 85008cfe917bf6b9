import type { BoardQueue } from "@usher/protocol";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { computed } from "@preact/signals";

import { duration, number, percent } from "../i18n/times";
import { serverNow, tick } from "../live/server-time";
import { dialog } from "../shell/view";
import { Age } from "../ui/age";
import { useSteadyOrder } from "./steady-order";
import { queueTrouble } from "./trouble";
import { TroubleSign } from "./trouble-sign";
import { type Key, t } from "./words";

const COLUMNS: readonly { text: Key; help?: Key; name: string }[] = [
  { text: "board.queue", name: "queue" },
  { text: "board.waiting", help: "board.waiting_help", name: "waiting" },
  { text: "board.longest", name: "longest" },
  { text: "board.expected", help: "board.expected_help", name: "expected" },
  { text: "board.service_level", help: "board.service_level_help", name: "level" },
  { text: "board.abandoned", name: "abandoned" },
  { text: "board.in_progress", name: "progress" },
  { text: "board.free_of", help: "board.free_of_help", name: "free" },
];

/** Queues as rows, trouble first. */
export function QueueTable({ queues }: { queues: ReadonlyMap<string, BoardQueue> }): JSX.Element {
  const wanted = useMemo(() => rankedNames(queues), [queues]);
  const { order, hold } = useSteadyOrder(wanted, "");
  const most = Math.max(5, ...[...queues.values()].map((queue) => queue.waiting));
  return (
    <section class="panel flush" aria-label={t("board.queues")}>
      <table class="queues" {...hold}>
        <caption class="only-heard">{t("board.queues")}</caption>
        <thead>
          <tr>
            {COLUMNS.map(({ text, help, name }) => (
              <th key={name} scope="col" data-column={name} title={help && t(help)}>
                {t(text)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {order.map((name) => {
            const queue = queues.get(name);
            return queue && <QueueRow key={name} queue={queue} most={most} />;
          })}
        </tbody>
      </table>
      <LevelNote queues={queues} />
      {queues.size === 0 && <p class="empty small">{t("board.no_queues")}</p>}
    </section>
  );
}

/** Gravest first, then the fuller line; equal ones as the centre lists them. */
function rankedNames(queues: ReadonlyMap<string, BoardQueue>): string[] {
  const now = serverNow();
  const ranked = [...queues.values()].map((queue) => ({ queue, level: queueTrouble(queue, now).level }));
  ranked.sort((one, other) => other.level - one.level || other.queue.waiting - one.queue.waiting);
  return ranked.map(({ queue }) => queue.name);
}

function QueueRow({ queue, most }: { queue: BoardQueue; most: number }): JSX.Element {
  const level = useMemo(() => computed(() => queueTrouble(queue, tick.value).level), [queue]);
  const reason = useMemo(() => computed(() => queueTrouble(queue, tick.value).reason), [queue]);
  return (
    <tr data-level={level.value}>
      <th scope="row" data-column="queue">
        <button type="button" class="link clip" onClick={() => (dialog.value = { kind: "queue", queue: queue.name })}>
          {queue.label}
        </button>
        {queue.open === false && <span class="tag">{t(queue.switched ? "switch.closed_by_hand" : "switch.is_closed")}</span>}
        {queue.open !== false && queue.switched === "open" && <span class="tag">{t("switch.open_by_hand")}</span>}
        {reason.value && <TroubleSign level={level.value} reason={reason.value} />}
      </th>
      <td data-column="waiting">
        <WaitingBar queue={queue} most={most} />
      </td>
      <td data-column="longest" data-label={t("board.longest")}>
        {queue.longest_enqueued_at === null ? <None /> : <Age since={queue.longest_enqueued_at} exact />}
      </td>
      <td data-column="expected" data-label={t("board.expected")}>
        {queue.expected_wait_ms === null || queue.open === false ? <None /> : <span title={toldWords(queue)}>{duration(queue.expected_wait_ms)}</span>}
      </td>
      <td data-column="level" data-label={t("board.service_level")}>
        {queue.service_level === null ? (
          <None />
        ) : (
          <span title={t("board.service_level_of", { share: percent(queue.service_level), time: duration(queue.service_level_ms) })}>
            {percent(queue.service_level)} <span class="faint small">{duration(queue.service_level_ms)}</span>
          </span>
        )}
      </td>
      <td data-column="abandoned" data-label={t("board.abandoned")}>
        {number(queue.abandoned)}
      </td>
      <td data-column="progress" data-label={t("board.in_progress")}>
        {number(queue.in_progress)}
      </td>
      <td data-column="free" data-label={t("board.free_of")}>
        <strong>{number(queue.agents_free)}</strong> <span class="faint">/ {number(queue.agents_eligible)}</span>
      </td>
    </tr>
  );
}

/** How the service level counts those who left: every centre has its own way, and the number says little without it. */
function LevelNote({ queues }: { queues: ReadonlyMap<string, BoardQueue> }): JSX.Element | null {
  const [first] = queues.values();
  return first ? <p class="note faint small">{t(`board.level_${first.service_level_variant}`)}</p> : null;
}

/** How right the waits were that customers were told. */
function toldWords({ told_waits: told }: BoardQueue): string | undefined {
  return told ? t("board.told_waits", { error: duration(told.mean_abs_ms), share: percent(told.within_p90) }) : undefined;
}

function None(): JSX.Element {
  return (
    <span class="faint" title={t("board.no_data")}>
      –<span class="only-heard">{t("board.no_data")}</span>
    </span>
  );
}

const AGES: readonly Key[] = ["age.30", "age.60", "age.120", "age.300", "age.older"];

/** One bar for the whole line, as long as the line beside the longest one, coloured by how long people have waited. */
function WaitingBar({ queue, most }: { queue: BoardQueue; most: number }): JSX.Element {
  const parts = queue.waiting_by_age.map((count, age) => ({ count, age })).filter(({ count }) => count > 0);
  const words = parts.map(({ count, age }) => `${t(AGES[age] ?? "age.older")}: ${number(count)}`).join(", ");
  return (
    <div class="waiting">
      <strong class="numeric" data-none={queue.waiting === 0}>
        {number(queue.waiting)}
      </strong>
      <span class="waiting-bar" role="img" aria-label={words || t("board.nobody_waits")} title={words}>
        {parts.map(({ count, age }) => (
          <span key={age} data-age={age} style={{ inlineSize: `${(count / most) * 100}%` }} />
        ))}
      </span>
    </div>
  );
}
