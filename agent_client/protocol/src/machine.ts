/**
 * The session without I/O: what to do when something happens. Everything that affects a transition lives here.
 *
 *     stopped ── start ──▶ connecting ── welcome ──▶ online
 *        ▲                  ▲      │                   │
 *   stop, 4401, 4403        │      │ closed, no welcome│ closed, silent, gap, unreadable
 *   (from any phase)      retry    ▼                   ▼
 *                           └── offline ◀──────────────┘
 *
 * The caller passes events in, carries the returned effects out in order, and calls `tick` at `deadline()`.
 * `now` is a monotonic clock in ms.
 */
import { backoffMs } from "./backoff";
import { CommandError } from "./errors";
import type { Ack, AnyResult, Hello, Ping, ServerControl } from "./messages";

export type Phase = "connecting" | "online" | "offline" | "stopped";
export type HelloFields = Pick<Hello, "device_id" | "token" | "account">;
export interface CommandFrame {
  type: string;
  id: number;
}

export type Effect =
  | { do: "connect" }
  | { do: "send"; frame: Hello | Ack | Ping | CommandFrame }
  /** Leave the socket alone from here on and close it. */
  | { do: "drop" }
  | { do: "deliver"; event: unknown; seq: number }
  | { do: "phase"; phase: Phase; closeCode: number | undefined }
  | { do: "settle"; id: number; result: AnyResult | null }
  | { do: "reject"; id: number; error: CommandError };

export interface Limits {
  welcomeMs: number;
  commandMs: number;
  /** Unanswered commands; one more is refused at once with `queue_full`. */
  commands: number;
}
export const LIMITS: Limits = { welcomeMs: 10_000, commandMs: 30_000, commands: 256 };

const ACK_EVENTS = 32;
const ACK_MS = 1_000;
const SILENT_HEARTBEATS = 2.5;
const PROBE_MS = 4_000;
/** A connection that lasted this long was good: the next failure starts the back-off anew. */
const GOOD_MS = 5_000;

const SIGNED_OUT = 4401;
const FORBIDDEN = 4403;
const TAKEN = 4409;
const TOO_MANY = 4429;
/** Failures that a refusal for too many connections counts as. */
const SLOW_DOWN = 3;

type Timer = "retry" | "welcome" | "ping" | "silence" | "ack";

export class Machine {
  phase: Phase = "stopped";
  /** server time − `now`; undefined before the first welcome. */
  serverOffset: number | undefined;

  readonly #hello: () => HelloFields;
  readonly #random: () => number;
  readonly #limits: Limits;
  readonly #due = new Map<Timer, number>();
  /** Insertion order is sending order and expiry order. */
  readonly #unanswered = new Map<number, { frame: CommandFrame; expires: number }>();
  #out: Effect[] = [];
  #sessionId = "";
  #handled = 0;
  #acked = 0;
  #failures = 0;
  #onlineSince = 0;
  #heartbeatMs = 0;
  #askedAt = 0;

  constructor(hello: () => HelloFields, random: () => number, limits: Limits = LIMITS) {
    this.#hello = hello;
    this.#random = random;
    this.#limits = limits;
  }

  /** When `tick` must be called, Infinity for never. */
  deadline(): number {
    const oldest = this.#unanswered.values().next().value;
    return Math.min(oldest?.expires ?? Infinity, ...this.#due.values());
  }

  start(now: number): Effect[] {
    if (this.phase === "stopped") this.#connect(now);
    return this.#flush();
  }

  stop(closeCode?: number): Effect[] {
    if (this.phase === "stopped") return [];
    this.#due.clear();
    this.#out.push({ do: "drop" });
    this.#enter("stopped", closeCode);
    for (const id of this.#unanswered.keys()) this.#reject(id, "stopped", "The session has ended.");
    this.#unanswered.clear();
    return this.#flush();
  }

  /** The socket is open. */
  opened(now: number): Effect[] {
    this.#askedAt = now;
    const resume = { session_id: this.#sessionId, last_seq: this.#handled };
    this.#out.push({ do: "send", frame: { type: "hello", ...this.#hello(), ...resume } });
    return this.#flush();
  }

  /** A frame came; undefined: one that could not be read. */
  received(frame: unknown, now: number): Effect[] {
    if (this.phase !== "connecting" && this.phase !== "online") return [];
    if (this.#heartbeatMs) this.#due.set("silence", now + this.#heartbeatMs * SILENT_HEARTBEATS);
    if (Array.isArray(frame)) this.#sequenced(frame[0] as number, frame[1], now);
    else if (frame && typeof frame === "object") this.#control(frame as ServerControl, now);
    else this.#startOver(now);
    return this.#flush();
  }

  /** The socket closed, or could not be opened. */
  closed(closeCode: number, now: number): Effect[] {
    if (closeCode === SIGNED_OUT || closeCode === FORBIDDEN) return this.stop(closeCode);
    if (closeCode === TAKEN) this.#forget();
    this.#fail(now, closeCode);
    return this.#flush();
  }

  /** The network or the page came back: do not wait for a timer to find out whether the connection lives. */
  nudge(now: number): Effect[] {
    if (this.phase === "offline") this.#connect(now);
    else if (this.phase === "online") {
      this.#ping(now);
      this.#due.set("silence", Math.min(now + PROBE_MS, this.#due.get("silence") ?? Infinity));
    }
    return this.#flush();
  }

  /** Sent now when online, else after the next welcome; sent again after every welcome until it is answered. */
  command(frame: CommandFrame, now: number): Effect[] {
    if (this.phase === "stopped") this.#reject(frame.id, "stopped", "The session has ended.");
    else if (this.#unanswered.size >= this.#limits.commands)
      this.#reject(frame.id, "queue_full", "Too many commands wait for an answer.");
    else {
      this.#unanswered.set(frame.id, { frame, expires: now + this.#limits.commandMs });
      if (this.phase === "online") this.#out.push({ do: "send", frame });
    }
    return this.#flush();
  }

  /** Do what is due. Harmless at any time. */
  tick(now: number): Effect[] {
    for (const [id, { expires }] of this.#unanswered) {
      if (expires > now) break;
      this.#unanswered.delete(id);
      this.#reject(id, "no_answer", "The server did not answer in time.");
    }
    if (this.#isDue("retry", now)) this.#connect(now);
    if (this.#isDue("welcome", now) || this.#isDue("silence", now)) {
      this.#out.push({ do: "drop" });
      this.#fail(now);
    }
    if (this.#isDue("ping", now)) this.#ping(now);
    if (this.#isDue("ack", now)) this.#ack();
    return this.#flush();
  }

  #control(frame: ServerControl, now: number): void {
    switch (frame.type) {
      case "welcome":
        if (!frame.resumed) this.#handled = this.#acked = 0;
        this.#sessionId = frame.session_id;
        this.#heartbeatMs = frame.heartbeat_ms;
        this.#onlineSince = now;
        this.#clock(frame.server_time, now);
        this.#due.clear();
        this.#due.set("ping", now + this.#heartbeatMs);
        this.#due.set("silence", now + this.#heartbeatMs * SILENT_HEARTBEATS);
        // Before the phase is told: what was asked first goes out first.
        for (const { frame: command } of this.#unanswered.values()) this.#out.push({ do: "send", frame: command });
        this.#enter("online");
        break;
      case "pong":
        this.#clock(frame.server_time, now);
        break;
      case "ok":
        if (this.#unanswered.delete(frame.id)) this.#out.push({ do: "settle", id: frame.id, result: frame.result });
        break;
      case "error":
        if (frame.id !== null && this.#unanswered.delete(frame.id))
          this.#reject(frame.id, frame.code as CommandError["code"], frame.message, frame.detail);
        break;
    }
  }

  #sequenced(seq: number, event: unknown, now: number): void {
    if (seq <= this.#handled) return; // replayed after a resume
    if (seq !== this.#handled + 1) {
      this.#startOver(now);
      return;
    }
    this.#handled = seq;
    this.#out.push({ do: "deliver", event, seq });
    if (seq - this.#acked >= ACK_EVENTS) this.#ack();
    else if (!this.#due.has("ack")) this.#due.set("ack", now + ACK_MS);
  }

  /** Something is missing or unreadable: only a snapshot makes it whole. */
  #startOver(now: number): void {
    this.#forget();
    this.#out.push({ do: "drop" });
    this.#fail(now);
  }

  #forget(): void {
    this.#sessionId = "";
    this.#handled = this.#acked = 0;
  }

  #connect(now: number): void {
    this.#due.clear();
    this.#due.set("welcome", now + this.#limits.welcomeMs);
    this.#heartbeatMs = 0;
    this.#enter("connecting");
    this.#out.push({ do: "connect" });
  }

  #fail(now: number, closeCode?: number): void {
    if (this.phase === "online" && now - this.#onlineSince >= GOOD_MS) this.#failures = 0;
    if (closeCode === TOO_MANY) this.#failures = Math.max(this.#failures, SLOW_DOWN);
    this.#due.clear();
    this.#due.set("retry", now + backoffMs(this.#failures++, this.#random()));
    this.#enter("offline", closeCode);
  }

  #ping(now: number): void {
    this.#askedAt = now;
    this.#due.set("ping", now + this.#heartbeatMs);
    this.#out.push({ do: "send", frame: { type: "ping" } });
  }

  #ack(): void {
    this.#acked = this.#handled;
    this.#due.delete("ack");
    this.#out.push({ do: "send", frame: { type: "ack", seq: this.#handled } });
  }

  /** The answer was made about half a round trip ago. */
  #clock(serverTime: number, now: number): void {
    this.serverOffset = serverTime - (now + this.#askedAt) / 2;
  }

  #reject(id: number, code: CommandError["code"], message: string, detail?: CommandError["detail"]): void {
    this.#out.push({ do: "reject", id, error: new CommandError(code, message, detail) });
  }

  #isDue(timer: Timer, now: number): boolean {
    return (this.#due.get(timer) ?? Infinity) <= now;
  }

  #enter(phase: Phase, closeCode?: number): void {
    if (phase === this.phase) return;
    this.phase = phase;
    this.#out.push({ do: "phase", phase, closeCode });
  }

  #flush(): Effect[] {
    const out = this.#out;
    this.#out = [];
    return out;
  }
}
