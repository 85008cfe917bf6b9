import { expect, test } from "vitest";

import { rowsOf } from "../../src/state/groups";
import { dropped, marked, type Outgoing, queued, settled } from "../../src/state/outbox";
import { message } from "./samples";

const oneDay = (): number => 0;
const shape = (rows: ReturnType<typeof rowsOf>): string[] =>
  rows.map((row) => (row.kind === "group" ? row.messages.map((one) => one.n).join("+") : row.kind));

test("what one author says in one go is one group", () => {
  const said = [message("ann", 1), message("ann", 2), message("ann", 3, { author: "agent", author_id: "anna" }), message("ann", 4)];
  expect(shape(rowsOf(said, null, oneDay))).toEqual(["day", "1+2", "3", "4"]);
});

test("a long pause, a note and a system line each begin a group", () => {
  const said = [
    message("ann", 1, { author: "agent" }),
    message("ann", 2, { author: "agent", at: 400_000 }),
    message("ann", 3, { author: "agent", at: 401_000, kind: "note" }),
    message("ann", 4, { author: "system", at: 402_000, kind: "system" }),
    message("ann", 5, { author: "system", at: 402_000, kind: "system" }),
  ];
  expect(shape(rowsOf(said, null, oneDay))).toEqual(["day", "1", "2", "3", "4", "5"]);
});

test("the divider for new messages parts a group", () => {
  expect(shape(rowsOf([message("ann", 1), message("ann", 2)], 2, oneDay))).toEqual(["day", "1", "new", "2"]);
});

test("every day begins with its mark", () => {
  const dayOf = (at: number): number => Math.floor(at / 2_000);
  expect(shape(rowsOf([message("ann", 1), message("ann", 2), message("ann", 3)], null, dayOf))).toEqual(["day", "1", "day", "2+3"]);
});

test("groups keep their keys when older messages come before them", () => {
  const keys = (from: number): number[] =>
    rowsOf([1, 2, 3].filter((n) => n >= from).map((n) => message("ann", n, { author_id: `author ${n}` })), null, oneDay)
      .filter((row) => row.kind === "group")
      .map((row) => row.key);
  expect(keys(1).slice(1)).toEqual(keys(2));
});

const entry: Outgoing = { conversation_id: "c-ann", client_id: "a", kind: "text", text: "Hi", at: 1, state: "sending", code: "" };

test("an outgoing message is gone from the outbox once it is in the conversation", () => {
  const outbox = queued(queued([], entry), { ...entry, client_id: "b" });
  expect(settled(outbox, [message("ann", 1, { client_id: "a" })]).map((one) => one.client_id)).toEqual(["b"]);
  expect(settled(outbox, [message("ann", 1)])).toBe(outbox);
});

test("a failed message keeps its text until it is tried again or dropped", () => {
  const failed = marked(queued([], entry), "a", "failed", "conversation_closed");
  expect(failed[0]).toMatchObject({ text: "Hi", state: "failed", code: "conversation_closed" });
  expect(queued(failed, entry)).toEqual([entry]);
  expect(dropped(failed, "a")).toEqual([]);
});
