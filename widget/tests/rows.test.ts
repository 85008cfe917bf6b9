import { expect, test } from "vitest";
import { rowsOf, type TextRow, wordsOf } from "../src/app/rows";
import { conversation, message } from "./made";

const pending = (text: string, failed: "" | "busy" = "") => ({
  client_id: `id-${text}`,
  text,
  at: 1_700_000_060_000,
  conversation_id: "c1",
  opening: null,
  failed,
});
const texts = (rows: ReturnType<typeof rowsOf>): TextRow[] => rows.filter((row) => row.kind === "text");

test("a day stands before its first message and not before the next", () => {
  const day = 86_400_000;
  const rows = rowsOf(conversation([message(1), message(2), message(3, { at: 1_700_000_000_000 + day })]), []);
  expect(rows.map((row) => row.kind)).toEqual(["day", "text", "text", "day", "text"]);
});

test("texts of one author within five minutes stand together", () => {
  const agent = { author: "agent", author_name: "Marta" } as const;
  const rows = texts(
    rowsOf(conversation([message(1, agent), message(2, agent), message(3), message(4, { ...agent, at: 1_700_000_999_000 })]), []),
  );
  expect(rows.map(({ first, last }) => [first, last])).toEqual([[true, false], [false, true], [true, true], [true, true]]);
});

test.each([
  [0, 0, "sent"],
  [2, 0, "delivered"],
  [2, 2, "read"],
])("delivered up to %i and read up to %i: the last own text is %s", (delivered, read, mark) => {
  const receipts = { customer_delivered_n: 0, customer_read_n: 0, agent_delivered_n: delivered, agent_read_n: read };
  const rows = texts(rowsOf(conversation([message(1), message(2)], { receipts }), []));
  expect(rows.map((row) => row.mark)).toEqual([null, mark]);
});

test("what is not acknowledged stands at the end and says so", () => {
  const rows = texts(rowsOf(conversation([message(1)]), [pending("a"), pending("b", "busy")]));
  expect(rows.map((row) => row.mark)).toEqual(["sent", "sending", "failed"]);
});

test("a text keeps its place in the page when the server's copy replaces it", () => {
  const before = texts(rowsOf(conversation([message(1)]), [pending("a")])).at(-1);
  const now = texts(rowsOf(conversation([message(1), message(2, { client_id: "id-a", text: "a" })]), [])).at(-1);
  expect(now?.key).toBe(before?.key);
});

test("notes are never shown", () => {
  expect(texts(rowsOf(conversation([message(1, { kind: "note" })]), []))).toEqual([]);
});

test("a message of files alone has them in its row, and their names where there is room for one line", () => {
  const file = { file_id: "f1", name: "cat.png", media_type: "image/png", size_bytes: 9, state: "stored" } as const;
  const sent = message(1, { text: "", extra: { files: [file] } });
  const [said, waiting] = texts(rowsOf(conversation([sent]), [{ ...pending(""), files: [file] }]));
  expect([said?.files, waiting?.files]).toEqual([[file], [file]]);
  expect([wordsOf(sent), wordsOf(message(2))]).toEqual(["cat.png", "text 2"]);
});
