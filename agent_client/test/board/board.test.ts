import type { BoardAgent, BoardQueue } from "@usher/protocol";
import { expect, test } from "vitest";

import { byTeam, findAgents } from "../../src/board/find-agents";
import { marksOf } from "../../src/board/marks";
import { settledOrder } from "../../src/board/steady-order";
import { agentTrouble, type Level, queueTrouble } from "../../src/board/trouble";
import type { Key } from "../../src/board/words";
import type { StatusTone } from "../../src/i18n/labels";

const queue: BoardQueue = {
  name: "orders",
  label: "Orders",
  waiting: 1,
  offered: 0,
  in_progress: 0,
  paused: 0,
  alerts: 0,
  alerted: [],
  longest_enqueued_at: 0,
  waiting_by_age: [1, 0, 0, 0, 0],
  expected_wait_ms: null,
  service_level: null,
  service_level_ms: 20_000,
  service_level_variant: "abandoned_after_t",
  told_waits: null,
  answered: 0,
  abandoned: 0,
  agents_eligible: 2,
  agents_free: 1,
};
const agent: BoardAgent = {
  agent_id: "a",
  name: "Anna",
  team: "Garden",
  status: "available",
  status_since: 0,
  reachability: "connected",
  units_held: 25,
  units_limit: 100,
  skills: { pl: 10 },
  channels: ["webchat"],
  work: [{ work_item_id: "w", channel: "webchat", queue: "orders", state: "assigned", since: 0, weight: 25 }],
};

test.each([
  ["nobody could take it", { agents_eligible: 0 }, 0, 2, "trouble.nobody"],
  ["it waits exactly as long as promised", {}, 20_000, 0, null],
  ["it waits longer than promised", {}, 20_001, 1, "trouble.waiting"],
  ["it waits three times as long", {}, 60_001, 2, "trouble.long_wait"],
  ["nobody is free", { agents_free: 0 }, 0, 1, "trouble.none_free"],
  ["the service level is low", { service_level: 0.79 }, 0, 1, "trouble.service_level"],
  ["the service level is bad", { service_level: 0.59 }, 0, 2, "trouble.service_level"],
  ["there is no data", { waiting: 0, longest_enqueued_at: null, agents_free: 0 }, 90_000, 0, null],
] as const)("a queue: %s", (_name, change, now, level, reason) => {
  expect(queueTrouble({ ...queue, ...change }, now)).toEqual({ level, reason });
});

test.each<[string, Partial<BoardAgent>, StatusTone, Level, Key | null]>([
  ["all is well", {}, "free", 0, null],
  ["gone with open work", { reachability: "gone" }, "off", 2, "trouble.gone_with_work"],
  ["gone without any", { reachability: "gone", work: [] }, "off", 0, null],
  ["the connection is lost with work in hand", { reachability: "grace" }, "free", 2, "trouble.connection"],
  ["more units than the limit", { units_held: 125 }, "free", 1, "trouble.over"],
  ["a long pause", {}, "pause", 1, "trouble.pause"],
])("an agent: %s", (_name, change, tone, level, reason) => {
  expect(agentTrouble({ ...agent, ...change }, tone, 3_600_000)).toEqual({ level, reason });
});

test("an order does not jump while data arrives: known keep their place, new join the end, gone leave", () => {
  expect(settledOrder(["a", "b", "c"], ["d", "c", "a"], false)).toEqual(["a", "c", "d"]);
  expect(settledOrder(["a", "b", "c"], ["c", "b", "a"], false)).toEqual(["a", "b", "c"]);
  expect(settledOrder(["a", "b", "c"], ["c", "b", "a"], true)).toEqual(["c", "b", "a"]);
});

test("agents are found by all words of a query, and by what they are doing", () => {
  const all = [agent, { ...agent, agent_id: "b", name: "Ben", reachability: "gone" as const }];
  const text = (one: BoardAgent): string => `${one.name} ${one.team} polish`.toLowerCase();
  const find = (query: string, tones: ("free" | "off")[] = []): string[] =>
    findAgents(all, { query, tones: new Set(tones) }, () => "free", text).map((one) => one.agent_id);
  expect(find("garden ben")).toEqual(["b"]);
  expect(find("Polish anna")).toEqual(["a"]);
  expect(find("greek")).toEqual([]);
  expect(find("", ["off"])).toEqual(["b"]);
});

test("teams come by name, their agents as given", () => {
  const all = ["b", "a", "c"].map((id) => ({ ...agent, agent_id: id, team: id === "c" ? "Attic" : "Garden" }));
  expect(byTeam(all).map(([team, members]) => [team, members.map((one) => one.agent_id)])).toEqual([
    ["Attic", ["c"]],
    ["Garden", ["b", "a"]],
  ]);
});

test("what an agent does out of the ordinary is told in words", () => {
  expect(marksOf(agent)).toEqual([]);
  const marks = marksOf({ ...agent, next_status: "break", draining: "w9", ramping: true });
  expect(marks.map(({ name }) => name)).toEqual(["next", "draining", "ramping"]);
});
