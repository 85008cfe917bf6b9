/** Random cuts between the machine and a server that keeps its side of the contract: nothing lost, nothing twice. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { Machine, type CommandFrame, type Effect } from "../src/machine";

type Frame = { type: string } & Record<string, unknown>;
type Step = { do: "ask" } | { do: "happen" } | { do: "up" } | { do: "down" } | { do: "cut" } | { do: "restart" } | { do: "lose" } | { do: "wait"; ms: number };

/** What a node remembers of a session: events not acknowledged, answers given. */
class Server {
  readonly carriedOut: number[] = [];
  readonly truth: number[] = [];
  #sessions = 0;
  #kept: { id: string; seq: number; events: [number, unknown][]; answers: Map<number, object> } | undefined;

  hears(frame: Frame): unknown[] {
    if (frame.type === "hello") return this.#welcome(frame);
    if (frame.type === "ping") return [{ type: "pong", server_time: 0 }];
    if (frame.type === "ack") {
      const upTo = frame.seq as number;
      if (this.#kept) this.#kept.events = this.#kept.events.filter(([seq]) => seq > upTo);
      return [];
    }
    return [this.#answer(frame)];
  }

  /** Something happens; it is in the truth whether or not anybody listens. */
  happens(): unknown[] {
    this.truth.push(this.truth.length);
    return this.#push(this.truth.length - 1);
  }

  restart(): void {
    this.#kept = undefined;
  }

  #push(event: unknown): unknown[] {
    if (!this.#kept) return [];
    const frame: [number, unknown] = [++this.#kept.seq, event];
    this.#kept.events.push(frame);
    return [frame];
  }

  #welcome(hello: Frame): unknown[] {
    const resumed = this.#kept !== undefined && this.#kept.id === hello.session_id;
    const control = { type: "welcome", server_time: 0, heartbeat_ms: 10_000, resumed };
    if (this.#kept && resumed) {
      const after = hello.last_seq as number;
      return [{ ...control, session_id: this.#kept.id }, ...this.#kept.events.filter(([seq]) => seq > after)];
    }
    this.#kept = { id: `s${++this.#sessions}`, seq: 0, events: [], answers: new Map() };
    return [{ ...control, session_id: this.#kept.id }, ...this.#push({ snapshot: [...this.truth] })];
  }

  #answer(frame: Frame): object {
    const id = frame.id as number;
    let answer = this.#kept?.answers.get(id);
    if (!answer) {
      if (!this.carriedOut.includes(id)) this.carriedOut.push(id); // idempotent by client_id across sessions
      answer = { type: "ok", id, result: null };
      this.#kept?.answers.set(id, answer);
    }
    return answer;
  }
}

/** Machine and server with a wire in each direction that holds frames until a step moves one. */
class World {
  readonly server = new Server();
  readonly machine = new Machine(() => ({ device_id: "d" }), () => 0.5, { welcomeMs: 10_000, commandMs: 1e9, commands: 1e6 });
  known: unknown[] = [];
  readonly answered: number[] = [];
  asked = 0;
  #now = 0;
  #up: Frame[] = [];
  #down: unknown[] = [];
  #connected = false;

  constructor() {
    this.#carryOut(this.machine.start(0));
  }

  step(step: Step): void {
    switch (step.do) {
      case "ask":
        return this.#carryOut(this.machine.command({ type: "x", id: ++this.asked } satisfies CommandFrame, this.#now));
      case "happen":
        return this.#reply(this.server.happens());
      case "up": {
        const frame = this.#up.shift();
        return frame && this.#reply(this.server.hears(frame));
      }
      case "down": {
        const frame = this.#down.shift();
        return frame === undefined ? undefined : this.#carryOut(this.machine.received(frame, this.#now));
      }
      case "lose": // a broken middle box: one event never arrives
        if (Array.isArray(this.#down[0])) this.#down.shift();
        return;
      case "cut":
        return this.#cut();
      case "restart":
        this.server.restart();
        return this.#cut();
      case "wait":
        this.#now += step.ms;
        return this.#carryOut(this.machine.tick(this.#now));
    }
  }

  settle(): void {
    for (let round = 0; round < 30; round++) {
      while (this.#up.length || this.#down.length) {
        this.step({ do: "up" });
        this.step({ do: "down" });
      }
      if (this.machine.phase !== "online") this.step({ do: "wait", ms: Math.max(0, this.machine.deadline() - this.#now) });
    }
    // One more thing happens, so that a loss at the very end shows.
    this.step({ do: "happen" });
    for (let round = 0; round < 30; round++) {
      while (this.#up.length || this.#down.length) {
        this.step({ do: "up" });
        this.step({ do: "down" });
      }
      if (this.machine.phase !== "online") this.step({ do: "wait", ms: Math.max(0, this.machine.deadline() - this.#now) });
    }
  }

  #cut(): void {
    if (!this.#connected) return;
    this.#unplug();
    this.#carryOut(this.machine.closed(1006, this.#now));
  }

  #unplug(): void {
    this.#connected = false;
    this.#up = [];
    this.#down = [];
  }

  #reply(frames: unknown[]): void {
    if (this.#connected) this.#down.push(...(JSON.parse(JSON.stringify(frames)) as unknown[]));
  }

  #carryOut(effects: Effect[]): void {
    for (const effect of effects) {
      if (effect.do === "connect") {
        this.#connected = true;
        this.#carryOut(this.machine.opened(this.#now));
      } else if (effect.do === "drop") this.#unplug();
      else if (effect.do === "send" && this.#connected) this.#up.push(effect.frame as unknown as Frame);
      else if (effect.do === "settle") this.answered.push(effect.id);
      else if (effect.do === "deliver") this.#learn(effect.event);
    }
  }

  #learn(event: unknown): void {
    if (typeof event === "object") this.known = [...(event as { snapshot: unknown[] }).snapshot];
    else this.known.push(event);
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Step>({ do: "ask" }) },
    { weight: 3, arbitrary: fc.constant<Step>({ do: "happen" }) },
    { weight: 6, arbitrary: fc.constant<Step>({ do: "up" }) },
    { weight: 6, arbitrary: fc.constant<Step>({ do: "down" }) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: "cut" }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: "restart" }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: "lose" }) },
    { weight: 4, arbitrary: fc.constantFrom(0, 400, 1_000, 9_999, 10_000, 25_000).map<Step>((ms) => ({ do: "wait", ms })) },
  ),
  { maxLength: 120, size: "max" },
);

test("whatever is cut, every command is answered once and the page knows what the server knows", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const world = new World();
      for (const step of history) world.step(step);
      world.settle();
      expect(world.known).toEqual(world.server.truth);
      expect([...world.answered].sort((a, b) => a - b)).toEqual(Array.from({ length: world.asked }, (_, i) => i + 1));
      expect(new Set(world.server.carriedOut).size).toBe(world.asked);
    }),
    { numRuns: 400 },
  );
});

test("commands are carried out in the order they were asked", () => {
  fc.assert(
    fc.property(steps, (history) => {
      const world = new World();
      for (const step of history) world.step(step);
      world.settle();
      expect(world.server.carriedOut).toEqual([...world.server.carriedOut].sort((a, b) => a - b));
    }),
    { numRuns: 200 },
  );
});
