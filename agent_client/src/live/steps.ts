import { CommandError } from "@usher/protocol";
import { signal } from "@preact/signals";

import { done } from "./commands";
import { command } from "./link";
import { takeSteps } from "./store";

/** The conversation whose steps could not be fetched; null: none. */
export const unfetched = signal<string | null>(null);

/** Fetch the steps of a conversation; from then on the events keep them fresh. */
export async function fetchSteps(conversationId: string): Promise<void> {
  try {
    const result = await command({ type: "steps.fetch", conversation_id: conversationId });
    if (result?.type === "steps") takeSteps(conversationId, result.steps, result.departments);
    if (unfetched.peek() === conversationId) unfetched.value = null;
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    if (error.code !== "stopped") unfetched.value = conversationId;
  }
}

/** What is asked of a department. due_s: 0 is the department's own. */
export interface Asking {
  conversation_id: string;
  department: string;
  subject: string;
  excerpt: string;
  due_s: number;
}

/** clientId: the same again is the same step. Resolves to whether it was done; a refusal is told in words. */
export const askDepartment = (asking: Asking, clientId: string): Promise<boolean> =>
  done(command({ type: "step.open", client_id: clientId, ...asking }));

/** As `askDepartment`. */
export const replyToStep = (stepId: string, text: string, clientId: string): Promise<boolean> =>
  done(command({ type: "step.reply", step_id: stepId, client_id: clientId, text }));

/** isDone: false: nobody needs it any more. */
export const closeStep = (stepId: string, isDone: boolean): Promise<boolean> =>
  done(command({ type: "step.close", step_id: stepId, done: isDone }));
