import fc from "fast-check";
import { expect, test } from "vitest";

import { ANY, byUrgency, meets } from "../../src/cases/filter";
import { withEntries } from "../../src/cases/feed-state";
import { NOT_YET, withChange, withPage } from "../../src/cases/listing";
import { branchOf, findTypes, typePaths } from "../../src/cases/tree";
import { CASES_KEPT, withCases } from "../../src/state/cases";
import { aCase, milestone, MINUTE, NOW } from "./samples";

const ANNA = { agent_id: "anna", queues: ["orders"] };

test("whatever order news of a case comes in, its latest revision is what is known", () => {
  const revisions = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(revisions, (heard) => {
      const known = heard.reduce((shelf, revision) => withCases(shelf, [aCase(1, { revision })]), withCases(new Map(), []));
      expect(known.get("case-1")?.revision).toBe(Math.max(...heard));
    }),
  );
});

test("the cases heard of longest ago are let go first, never those of my own work", () => {
  const all = Array.from({ length: CASES_KEPT + 10 }, (_, place) => aCase(place));
  const known = withCases(new Map(), all, new Set(["case-3"]));
  expect(known.size).toBe(CASES_KEPT + 1);
  expect(known.has("case-3")).toBe(true);
  expect(known.has("case-4")).toBe(false);
  expect(known.has("case-10")).toBe(true);
});

test("a case meets a filter when it meets all of it", () => {
  const one = aCase(1, { status: "working", owner_id: "anna", case_type: "returns", priority: "high", labels: ["storm"] });
  expect(meets(one, ANY, ANNA)).toBe(true);
  expect(meets(one, { ...ANY, scope: "mine", statuses: ["new", "working"], labels: ["storm"] }, ANNA)).toBe(true);
  expect(meets(one, { ...ANY, scope: "queues" }, ANNA)).toBe(false); // somebody's already
  expect(meets(aCase(2), { ...ANY, scope: "queues" }, ANNA)).toBe(true);
  expect(meets(aCase(2, { queue: "vip" }), { ...ANY, scope: "queues" }, ANNA)).toBe(false);
  expect(meets(one, { ...ANY, priorities: ["low"] }, ANNA)).toBe(false);
  expect(meets(one, { ...ANY, late: true }, ANNA)).toBe(false);
  expect(meets({ ...one, milestones: [milestone({ late: true })] }, { ...ANY, late: true }, ANNA)).toBe(true);
  expect(meets(one, { ...ANY, text: "matter" }, ANNA)).toBe(false); // only the server finds by words
});

test("the board puts the urgent first, then what is due first, then the oldest", () => {
  const urgent = aCase(9, { priority: "urgent" });
  const soon = aCase(8, { milestones: [milestone({ due_at: NOW + MINUTE })] });
  const later = aCase(7, { milestones: [milestone({ due_at: NOW + 2 * MINUTE })] });
  const old = aCase(5);
  const young = aCase(6);
  const low = aCase(1, { priority: "low", milestones: [milestone({ due_at: NOW })] });
  expect([young, low, later, old, urgent, soon].sort(byUrgency)).toEqual([urgent, soon, later, old, young, low]);
});

test("a list keeps its order while cases change, and counts what is new until it is asked for", () => {
  const page = withPage(null, { cases: [aCase(1), aCase(2)], after: "next" });
  const more = withPage(page, { cases: [aCase(2), aCase(3)], after: "" });
  expect(more.ids).toEqual(["case-1", "case-2", "case-3"]);
  expect(withChange(more, aCase(2, { revision: 2 }), false)).toBe(more);
  const fresh = withChange(more, aCase(4), true);
  expect([...fresh.fresh]).toEqual(["case-4"]);
  expect(withChange(fresh, aCase(4, { status: "closed" }), false).fresh.size).toBe(0);
  expect(withChange(NOT_YET, aCase(5), false)).toBe(NOT_YET);
});

test("pieces of a feed join to one, newest first, each entry once and as it was heard last", () => {
  const entry = (id: string, at: number, word = ""): Parameters<typeof withEntries>[0][number] => ({
    entry_id: id,
    kind: "milestone",
    at,
    actor_id: "",
    actor_name: "",
    word,
  });
  const joined = withEntries([entry("b", 2), entry("a", 1)], [entry("c", 3), entry("b", 2, "met")]);
  expect(joined.map((one) => [one.entry_id, one.word])).toEqual([
    ["c", ""],
    ["b", "met"],
    ["a", ""],
  ]);
});

const TYPES = [
  { key: "delivery", label: "Delivery", parent: "" },
  { key: "late", label: "Late", parent: "delivery" },
  { key: "lost", label: "Lost parcel", parent: "late" },
  { key: "returns", label: "Returns", parent: "" },
];

test("a type is found by words of it and of what is above it", () => {
  const paths = typePaths(TYPES);
  expect(paths.find((one) => one.key === "lost")?.path).toEqual(["Delivery", "Late", "Lost parcel"]);
  const found = (query: string): string[] => findTypes(paths, query).map((one) => one.key);
  expect(found("deliv lost")).toEqual(["lost"]);
  expect(found("la")).toEqual(["late", "lost"]);
  expect(found("")).toEqual(["delivery", "late", "lost", "returns"]);
});

test("of 300 types in a tree a few letters of any language leave one", () => {
  const areas = ["Zażalenia", "Ζημιές", "Возвраты", "Rückgabe", "Éclairage"];
  const many = areas.flatMap((area, a) => [
    { key: `${a}`, label: area, parent: "" },
    ...Array.from({ length: 59 }, (_, n) => ({ key: `${a}_${n}`, label: `Kind ${n}`, parent: n % 6 === 0 ? `${a}` : `${a}_${n - (n % 6)}` })),
  ]);
  expect(many).toHaveLength(300);
  const paths = typePaths(many);
  const found = (query: string): string[] => findTypes(paths, query).map((one) => one.key);
  expect(found("")).toHaveLength(300);
  expect(found("zazal kind 41")).toEqual(["0_41"]);
  expect(found("ζημιες KIND 17")).toEqual(["1_17"]);
  expect(found("ruckgabe kind 58")).toEqual(["3_58"]);
  expect(found("eclairage")).toHaveLength(60);
  expect(found("kind 7").slice(0, 5)).toEqual(["0_7", "1_7", "2_7", "3_7", "4_7"]);
  expect(found("lamp")).toEqual([]);
});

test("a type stands for all below it", () => {
  expect(branchOf(TYPES, "delivery")).toEqual(["delivery", "late", "lost"]);
  expect(branchOf(TYPES, "returns")).toEqual(["returns"]);
});
