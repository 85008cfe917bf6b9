import type { AnyResult, Case, CaseOutcome, Changes, CommandOf, StaffIn } from "@usher/protocol";

import { takeCases } from "../live/cases";
import { done, tell } from "../live/commands";
import { command } from "../live/link";

type Frame = CommandOf<StaffIn>;

/** Carry out and keep the case it answers with; a refusal is told in words. null: it was refused. */
export async function oneCase(frame: Frame): Promise<Case | null> {
  const result = await told(frame);
  if (result?.type !== "case") return null;
  takeCases([result.case]);
  return result.case;
}

/** Rejects never; a refusal is told, and null. */
export async function told(frame: Frame): Promise<AnyResult | null> {
  try {
    return await command(frame);
  } catch (error) {
    tell(error);
    return null;
  }
}

/** As I see it: who was quicker is not overwritten. */
export function changeCase({ case_id, revision }: Case, changes: Changes): Promise<Case | null> {
  return oneCase({ type: "case.change", case_id, revision, changes });
}

/** What became of each; null: nothing was done at all. */
export async function changeCases(ids: readonly string[], changes: Changes): Promise<readonly CaseOutcome[] | null> {
  const result = await told({ type: "cases.change", case_ids: [...ids], changes });
  return result?.type === "case_outcomes" ? result.outcomes : null;
}

export const escalateCase = ({ case_id, revision }: Case, queue: string, note: string): Promise<Case | null> =>
  oneCase({ type: "case.escalate", case_id, revision, queue, note });

/** Put it in line in its queue. */
export const routeCase = (caseId: string): Promise<boolean> => done(command({ type: "case.route", case_id: caseId }));
