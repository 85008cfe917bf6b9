import { describe, expect, test } from "vitest";
import { LIMITS, Machine, type Effect } from "../src/machine";

const HEARTBEAT_MS = 10_000;
const welcome = (resumed = false, session_id = "s1"): object => ({
  type: "welcome",
  session_id,
  resumed,
  server_time: 1_000_000,
  heartbeat_ms: HEARTBEAT_MS,
});
const made = (): Machine => new Machine(() => ({ device_id: "tab" }), () => 0.5);

function online(): Machine {
  const machine = made();
  machine.start(0);
  machine.opened(0);
  machine.received(welcome(), 0);
  return machine;
}
const kinds = (effects: Effect[]): string[] => effects.map((effect) => effect.do);
const sent = (effects: Effect[]): unknown[] => effects.flatMap((effect) => (effect.do === "send" ? [effect.frame] : []));
const phases = (effects: Effect[]): string[] => effects.flatMap((effect) => (effect.do === "phase" ? [effect.phase] : []));

describe("connecting", () => {
  test("hello is the first frame and asks for a new session", () => {
    const machine = made();
    expect(machine.start(0)).toEqual([
      { do: "phase", phase: "connecting", closeCode: undefined },
      { do: "connect" },
    ]);
    expect(sent(machine.opened(1))).toEqual([{ type: "hello", device_id: "tab", session_id: "", last_seq: 0 }]);
    expect(phases(machine.received(welcome(), 2))).toEqual(["online"]);
  });

  test("a server that never says welcome is dialled again", () => {
    const machine = made();
    machine.start(0);
    machine.opened(0);
    expect(machine.deadline()).toBe(LIMITS.welcomeMs);
    const effects = machine.tick(LIMITS.welcomeMs);
    expect(kinds(effects)).toEqual(["drop", "phase"]);
    expect(phases(machine.tick(machine.deadline()))).toEqual(["connecting"]);
  });

  test("the wait grows with every failure and stays below its ceiling", () => {
    const machine = made();
    let now = 0;
    machine.start(now);
    const waits: number[] = [];
    for (let failure = 0; failure < 12; failure++) {
      machine.closed(1006, now);
      waits.push(machine.deadline() - now);
      now = machine.deadline();
      machine.tick(now);
    }
    expect(waits.slice(0, 4)).toEqual([650, 1_150, 2_150, 4_150]);
    expect(Math.max(...waits)).toBeLessThanOrEqual(15_000);
  });

  test("a connection that was good starts the wait anew, one that broke at once does not", () => {
    const machine = online();
    machine.closed(1006, 100);
    expect(machine.deadline()).toBe(750);
    machine.tick(750);
    machine.received(welcome(), 800);
    machine.closed(1006, 900);
    expect(machine.deadline() - 900).toBe(1_150);
    machine.tick(5_000);
    machine.received(welcome(), 5_000);
    machine.closed(1001, 60_000);
    expect(machine.deadline() - 60_000).toBe(650);
  });

  test.each([4401, 4403])("%i stops for good and says why", (code) => {
    const machine = online();
    machine.command({ type: "x", id: 1 }, 0);
    const effects = machine.closed(code, 1);
    expect(effects).toContainEqual({ do: "phase", phase: "stopped", closeCode: code });
    expect(kinds(effects)).toContain("reject");
    expect(machine.deadline()).toBe(Infinity);
    expect(machine.nudge(2)).toEqual([]);
  });

  test("being told to slow down waits longer than a cut", () => {
    const machine = online();
    machine.closed(4429, 60_000);
    expect(machine.deadline() - 60_000).toBeGreaterThan(4_000);
  });

  test("a network that comes back does not wait for the timer", () => {
    const machine = online();
    machine.closed(1006, 100);
    expect(phases(machine.nudge(101))).toEqual(["connecting"]);
  });
});

describe("heartbeat", () => {
  test("a ping goes out every heartbeat", () => {
    const machine = online();
    expect(machine.deadline()).toBe(HEARTBEAT_MS);
    expect(sent(machine.tick(HEARTBEAT_MS))).toEqual([{ type: "ping" }]);
    machine.received({ type: "pong", server_time: 1_010_000 }, HEARTBEAT_MS + 20);
    expect(machine.deadline()).toBe(2 * HEARTBEAT_MS);
  });

  test("two and a half heartbeats of silence are a dead connection", () => {
    const machine = online();
    machine.tick(HEARTBEAT_MS);
    machine.tick(2 * HEARTBEAT_MS);
    expect(phases(machine.tick(2.5 * HEARTBEAT_MS - 1))).toEqual([]);
    expect(kinds(machine.tick(2.5 * HEARTBEAT_MS))).toEqual(["drop", "phase"]);
  });

  test("a page that comes back finds out within seconds whether the connection lives", () => {
    const machine = online();
    expect(sent(machine.nudge(1_000))).toEqual([{ type: "ping" }]);
    expect(machine.deadline()).toBe(5_000);
    expect(phases(machine.tick(5_000))).toEqual(["offline"]);
  });

  test("server time is read at the middle of the round trip", () => {
    const machine = online();
    machine.tick(HEARTBEAT_MS);
    machine.received({ type: "pong", server_time: 5_000_000 }, HEARTBEAT_MS + 100);
    expect(machine.serverOffset).toBe(5_000_000 - (HEARTBEAT_MS + 50));
  });
});

describe("events", () => {
  test("are delivered in order, and a replayed one only once", () => {
    const machine = online();
    expect(kinds(machine.received([1, "a"], 0))).toEqual(["deliver"]);
    expect(kinds(machine.received([1, "a"], 0))).toEqual([]);
    expect(machine.received([2, "b"], 0)).toEqual([{ do: "deliver", event: "b", seq: 2 }]);
  });

  test("a gap starts a new session, whose snapshot makes it whole", () => {
    const machine = online();
    machine.received([1, "a"], 0);
    expect(kinds(machine.received([3, "c"], 0))).toEqual(["drop", "phase"]);
    machine.tick(machine.deadline());
    expect(sent(machine.opened(1))).toMatchObject([{ session_id: "", last_seq: 0 }]);
  });

  test("an unreadable frame does likewise", () => {
    expect(kinds(online().received(undefined, 0))).toEqual(["drop", "phase"]);
  });

  test("after a cut the session resumes behind the last event handled", () => {
    const machine = online();
    machine.received([1, "a"], 0);
    machine.closed(1006, 1);
    machine.tick(machine.deadline());
    expect(sent(machine.opened(2))).toMatchObject([{ session_id: "s1", last_seq: 1 }]);
    machine.received(welcome(true), 3);
    expect(machine.received([2, "b"], 4)).toContainEqual({ do: "deliver", event: "b", seq: 2 });
  });

  test("a session somebody else resumed is not fought over", () => {
    const machine = online();
    machine.received([1, "a"], 0);
    machine.closed(4409, 1);
    machine.tick(machine.deadline());
    expect(sent(machine.opened(2))).toMatchObject([{ session_id: "", last_seq: 0 }]);
  });

  test("are acknowledged a second after the first, or at once after 32", () => {
    const machine = online();
    machine.received([1, "a"], 100);
    machine.received([2, "b"], 900);
    expect(machine.deadline()).toBe(1_100);
    expect(sent(machine.tick(1_100))).toEqual([{ type: "ack", seq: 2 }]);
    const effects = Array.from({ length: 32 }, (_, i) => machine.received([i + 3, "x"], 1_200)).flat();
    expect(sent(effects)).toEqual([{ type: "ack", seq: 34 }]);
    expect(machine.deadline()).toBe(HEARTBEAT_MS);
  });
});

describe("commands", () => {
  test("an answer settles its command once", () => {
    const machine = online();
    machine.command({ type: "x", id: 7 }, 0);
    expect(machine.received({ type: "ok", id: 7, result: null }, 1)).toEqual([{ do: "settle", id: 7, result: null }]);
    expect(machine.received({ type: "ok", id: 7, result: null }, 2)).toEqual([]);
  });

  test("a refusal carries its code and its facts", () => {
    const machine = online();
    machine.command({ type: "x", id: 7 }, 0);
    const refusal = { type: "error", id: 7, code: "offer_expired", message: "Late.", detail: { late_ms: 40 } };
    const [effect] = machine.received(refusal, 1);
    expect(effect).toMatchObject({ do: "reject", id: 7, error: { code: "offer_expired", detail: { late_ms: 40 } } });
  });

  test("unanswered ones are sent again in order, before anything the page says next", () => {
    const machine = online();
    machine.command({ type: "x", id: 1 }, 0);
    machine.command({ type: "x", id: 2 }, 0);
    machine.received({ type: "ok", id: 1, result: null }, 1);
    machine.closed(1006, 2);
    machine.command({ type: "x", id: 3 }, 3);
    machine.tick(machine.deadline());
    machine.opened(4);
    const effects = machine.received(welcome(true), 5);
    expect(sent(effects)).toEqual([
      { type: "x", id: 2 },
      { type: "x", id: 3 },
    ]);
    expect(kinds(effects)).toEqual(["send", "send", "phase"]);
  });

  test("one without an answer is given up after its time, offline too", () => {
    const machine = online();
    machine.command({ type: "x", id: 1 }, 0);
    machine.closed(1006, 1);
    const effects = machine.tick(LIMITS.commandMs);
    expect(effects).toContainEqual(expect.objectContaining({ do: "reject", id: 1 }));
    expect(effects.find((effect) => effect.do === "reject")?.error.code).toBe("no_answer");
  });

  test("more than the queue holds are refused at once", () => {
    const machine = online();
    for (let id = 1; id <= LIMITS.commands; id++) expect(kinds(machine.command({ type: "x", id }, 0))).toEqual(["send"]);
    const effects = machine.command({ type: "x", id: 999 }, 0);
    expect(effects).toMatchObject([{ do: "reject", id: 999, error: { code: "queue_full" } }]);
  });
});
