import type { BoardQueue } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useMemo } from "preact/hooks";

import { statusTone } from "../i18n/labels";
import { number, percent } from "../i18n/times";
import type { Board } from "../state/state";
import { Age } from "../ui/age";
import { toneOf } from "./find-agents";
import { type Key, t } from "./words";

/** The centre in six numbers. */
export function Totals({ board }: { board: Board }): JSX.Element {
  const sum = useMemo(() => sumOf([...board.queues.values()]), [board.queues]);
  const agents = [...board.agents.values()];
  const here = agents.filter((one) => one.reachability !== "gone");
  const free = here.filter((one) => toneOf(one, statusTone) === "free" && one.units_held < one.units_limit);
  return (
    <dl class="totals">
      <Total name="board.waiting">{number(sum.waiting)}</Total>
      <Total name="board.longest">{sum.longest === null ? "–" : <Age since={sum.longest} exact />}</Total>
      <Total name="board.in_progress">{number(sum.inProgress)}</Total>
      <Total name="board.service_level">{sum.serviceLevel === null ? "–" : percent(sum.serviceLevel)}</Total>
      <Total name="board.abandoned">{number(sum.abandoned)}</Total>
      <Total name="board.agents_free">
        {number(free.length)} <span class="faint">/ {number(here.length)}</span>
      </Total>
    </dl>
  );
}

function Total({ name, children }: { name: Key; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{t(name)}</dt>
      <dd class="numeric">{children}</dd>
    </div>
  );
}

interface Sum {
  waiting: number;
  inProgress: number;
  abandoned: number;
  longest: number | null;
  serviceLevel: number | null;
}

/** The centre's service level: that of the queues, each weighted by how many items it had. */
function sumOf(queues: readonly BoardQueue[]): Sum {
  const add = (value: (queue: BoardQueue) => number): number => queues.reduce((sum, queue) => sum + value(queue), 0);
  const measured = queues.filter((queue) => queue.service_level !== null);
  const items = measured.reduce((sum, queue) => sum + queue.answered + queue.abandoned, 0);
  const inTime = measured.reduce((sum, queue) => sum + (queue.service_level ?? 0) * (queue.answered + queue.abandoned), 0);
  const oldest = queues.flatMap((queue) => (queue.longest_enqueued_at === null ? [] : [queue.longest_enqueued_at]));
  return {
    waiting: add((queue) => queue.waiting),
    inProgress: add((queue) => queue.in_progress),
    abandoned: add((queue) => queue.abandoned),
    longest: oldest.length > 0 ? Math.min(...oldest) : null,
    serviceLevel: items > 0 ? inTime / items : null,
  };
}
