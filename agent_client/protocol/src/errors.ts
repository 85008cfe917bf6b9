import type { ErrorCode } from "./messages";

/** What the client itself may answer when the server could not.
 *  no_answer: nothing came in time; the command may or may not have been carried out.
 *  queue_full: too many commands wait for an answer. stopped: the session has ended. */
export type LocalCode = "no_answer" | "queue_full" | "stopped";

export type Detail = Record<string, string | number | boolean>;

/** A command was refused or never answered. */
export class CommandError extends Error {
  override readonly name = "CommandError";
  readonly code: ErrorCode | LocalCode;
  readonly detail: Detail;

  constructor(code: ErrorCode | LocalCode, message: string, detail: Detail = {}) {
    super(message);
    this.code = code;
    this.detail = detail;
  }
}
