import type { Codec } from "./codec";
import { Machine, type CommandFrame, type Effect, type HelloFields, type Phase } from "./machine";
import type { AnyResult } from "./messages";

/** Commands of a union of frames, as callers write them: without the id. */
export type CommandOf<Out> = Out extends { type: string; id: number } ? Omit<Out, "id"> : never;
/** Frames of a union that want no answer and are not the session's own. */
export type SignalOf<Out> = Out extends { id: number } | { type: "hello" | "ack" | "ping" } ? never : Out;

export interface SessionOptions<Ev> {
  /** Path or whole address; http(s) becomes ws(s). */
  url: string;
  codec: Codec;
  /** Asked at every connection. device_id: one per tab, kept over reconnects. */
  hello(): HelloFields;
  /** Each event once, in order of seq. seq 1 is a snapshot that replaces all that was known. */
  onEvent(event: Ev, seq: number): void;
  /** closeCode: why, when the server said so. stopped: no retry follows; 4401 or 4403, or `stop()` was called. */
  onState(phase: Phase, closeCode?: number): void;
}

interface Waiting {
  resolve(result: AnyResult | null): void;
  reject(error: Error): void;
}

/** Thin driver of a Machine: one WebSocket at a time, one timer, the page's hints. */
export class Session<Out extends { type: string }, Ev> {
  readonly #options: SessionOptions<Ev>;
  readonly #machine: Machine;
  readonly #waiting = new Map<number, Waiting>();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #lastId = 0;

  constructor(options: SessionOptions<Ev>) {
    this.#options = options;
    this.#machine = new Machine(() => options.hello(), Math.random);
  }

  start(): void {
    addEventListener("online", this.#nudge);
    document.addEventListener("visibilitychange", this.#seen);
    this.#run(this.#machine.start(performance.now()));
  }

  /** Closes the connection; unanswered commands are rejected with `stopped`. */
  stop(): void {
    this.#run(this.#machine.stop());
  }

  /** Resolves when the server has carried it out; survives reconnects. Rejects with CommandError. */
  command(command: CommandOf<Out>): Promise<AnyResult | null> {
    const frame = { ...(command as object as CommandFrame), id: ++this.#lastId };
    return new Promise((resolve, reject) => {
      this.#waiting.set(frame.id, { resolve, reject });
      this.#run(this.#machine.command(frame, performance.now()));
    });
  }

  /** Says something that wants no answer. False: not online, nothing was sent. */
  signal(signal: SignalOf<Out>): boolean {
    if (this.#machine.phase !== "online") return false;
    return this.#send(signal);
  }

  /** Server time in ms; the local clock until the server has told it. */
  serverNow(): number {
    const offset = this.#machine.serverOffset;
    return offset === undefined ? Date.now() : performance.now() + offset;
  }

  /** Does what is due. For a clock that a hidden tab does not slow down; the session keeps its own as well. */
  poke(): void {
    this.#run(this.#machine.tick(performance.now()));
  }

  readonly #nudge = (): void => this.#run(this.#machine.nudge(performance.now()));
  readonly #seen = (): void => {
    if (document.visibilityState === "visible") this.#nudge();
  };

  #run(effects: Effect[]): void {
    for (const effect of effects) this.#carryOut(effect);
    clearTimeout(this.#timer);
    const dueIn = this.#machine.deadline() - performance.now();
    if (dueIn < Infinity) this.#timer = setTimeout(() => this.poke(), Math.max(0, Math.ceil(dueIn)));
  }

  #carryOut(effect: Effect): void {
    switch (effect.do) {
      case "connect":
        this.#connect();
        break;
      case "send":
        this.#send(effect.frame);
        break;
      case "drop":
        this.#drop();
        break;
      case "deliver":
        this.#deliver(effect.event as Ev, effect.seq);
        break;
      case "phase":
        if (effect.phase === "stopped") this.#forgetPage();
        this.#options.onState(effect.phase, effect.closeCode);
        break;
      case "settle":
        this.#take(effect.id)?.resolve(effect.result);
        break;
      case "reject":
        this.#take(effect.id)?.reject(effect.error);
        break;
    }
  }

  /** A fault in the page must not stop the session. */
  #deliver(event: Ev, seq: number): void {
    try {
      this.#options.onEvent(event, seq);
    } catch (fault) {
      reportError(fault);
    }
  }

  #connect(): void {
    const { url, codec } = this.#options;
    const address = new URL(url, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    const socket = new WebSocket(address, codec.subprotocol);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#run(this.#machine.opened(performance.now()));
    socket.onmessage = ({ data }) => this.#run(this.#machine.received(this.#decode(data as string), performance.now()));
    socket.onclose = ({ code }) => {
      this.#drop();
      this.#run(this.#machine.closed(code, performance.now()));
    };
    this.#socket = socket;
  }

  /** undefined when it cannot be read. */
  #decode(data: string | ArrayBuffer): unknown {
    try {
      return this.#options.codec.decode(data);
    } catch {
      return undefined;
    }
  }

  /** False: the socket is closing. What matters of what it does not carry is asked again after the next welcome. */
  #send(frame: unknown): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(this.#options.codec.encode(frame));
    return true;
  }

  /** A socket whose network is gone may take minutes to close: nothing it still says is heard. */
  #drop(): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#socket = undefined;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }

  #forgetPage(): void {
    removeEventListener("online", this.#nudge);
    document.removeEventListener("visibilitychange", this.#seen);
  }

  #take(id: number): Waiting | undefined {
    const found = this.#waiting.get(id);
    this.#waiting.delete(id);
    return found;
  }
}
