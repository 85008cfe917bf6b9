import type { Case, Milestone } from "@usher/protocol";

/** The last part of its time, in which a running clock is worth a look though nobody was warned yet. */
const CLOSING = 0.2;

/**
 * How a milestone stands at a moment. running, closing: time is left, `ms` of it. late: it is still to be done, `ms` over
 * its time. paused: no time passes, `ms` are left. met, met_late, ended: over.
 */
export type Standing =
  | { is: "running" | "closing" | "late" | "paused"; ms: number }
  | { is: "met" | "met_late" | "ended" };

export function standingOf(milestone: Milestone, now: number): Standing {
  const { state, due_at: due, late, remaining_ms: left } = milestone;
  if (state === "ended") return { is: "ended" };
  if (state === "met") return { is: late ? "met_late" : "met" };
  if (due === null) return { is: "paused", ms: Math.max(0, left) };
  if (state === "missed" || due <= now) return { is: "late", ms: Math.max(0, now - due) };
  return { is: isClosing(milestone, due, now) ? "closing" : "running", ms: due - now };
}

function isClosing({ warn_at: warn, started_at: started }: Milestone, due: number, now: number): boolean {
  return (warn !== null && now >= warn) || due - now <= (due - started) * CLOSING;
}

/** Still to be done: of those that have a time the first, else one whose time stands still. null: nothing is promised. */
export function nextMilestone({ milestones }: Pick<Case, "milestones">): Milestone | null {
  const open = milestones.filter((one) => one.state === "running" || one.state === "missed" || one.state === "paused");
  return [...open].sort((one, other) => dueOrNever(one) - dueOrNever(other))[0] ?? null;
}

/** When a case is due next, in ms of server time; Infinity: never as it stands. */
export function dueOf(one: Pick<Case, "milestones">): number {
  const next = nextMilestone(one);
  return next === null ? Infinity : dueOrNever(next);
}

function dueOrNever({ due_at: due }: Milestone): number {
  return due ?? Infinity;
}
