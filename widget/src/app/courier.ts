/** Takes the customer's messages to the server: one after the other, in the order they were written, until it has them. */
import { CommandError, type AnyResult, type Message } from "@usher/protocol";
import { newId } from "./ids";
import type { Memory } from "./memory";
import { failureOf, OUTBOX_LIMIT, without, type Outgoing } from "./outbox";

/** A server that cannot take a message now is asked again after 1, 2, 4, 8 and 16 s; then the customer decides. */
const BUSY_FIRST_MS = 1_000;
const BUSY_TIMES = 5;

interface CourierOptions {
  memory: Memory;
  /** Makes sure that there is a way to the server. False: there is none now; `wake` follows when there is. */
  ready: () => Promise<boolean>;
  /** Rejects with CommandError. */
  send: (message: Outgoing) => Promise<AnyResult | null>;
  onSent: (message: Outgoing, result: AnyResult | null) => void;
  onChange: () => void;
}

export class Courier {
  /** In order of writing; a message leaves when the server's own copy has arrived. */
  outbox: readonly Outgoing[];
  readonly #options: CourierOptions;
  /** Durable at the server, its copy still on the way. */
  readonly #durable = new Set<string>();
  #walking = false;
  #busyTimes = 0;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(options: CourierOptions) {
    this.#options = options;
    this.outbox = options.memory.outbox();
  }

  get full(): boolean {
    return this.outbox.length >= OUTBOX_LIMIT;
  }

  /** Kept before it is sent. */
  take(draft: Pick<Outgoing, "conversation_id" | "opening" | "text" | "files">): void {
    const message: Outgoing = { ...draft, client_id: newId(), at: Date.now(), failed: "" };
    this.#options.memory.keep(message);
    this.#become([...this.outbox, message]);
    void this.#walk();
  }

  /** Under the same client_id, for it may have arrived. */
  retry(message: Outgoing): void {
    this.#busyTimes = 0;
    this.#change({ ...message, failed: "" });
    void this.#walk();
  }

  discard(message: Outgoing): void {
    this.#options.memory.drop(message.client_id);
    this.#become(this.outbox.filter((other) => other.client_id !== message.client_id));
  }

  /** There is a connection: what failed for want of one goes again. */
  wake(): void {
    for (const message of this.outbox) if (message.failed === "busy") this.#change({ ...message, failed: "" });
    void this.#walk();
  }

  /** The conversations that unsent messages belong to are gone. */
  strand(): void {
    for (const message of this.outbox) this.#change({ ...message, failed: "closed" });
  }

  /** Whoever wrote them has left this browser, which forgets them: the next one sees and sends none of them. */
  forget(): void {
    this.#become([]);
  }

  /** These are in the conversation now. */
  arrived(messages: readonly Message[]): void {
    const left = without(this.outbox, messages);
    if (left.length === this.outbox.length) return;
    const ids = new Set(left.map((message) => message.client_id));
    for (const { client_id } of this.outbox) if (!ids.has(client_id)) this.#options.memory.drop(client_id);
    this.#become(left);
  }

  async #walk(): Promise<void> {
    if (this.#walking || this.#pause) return;
    this.#walking = true;
    try {
      for (let next = this.#next(); next; next = this.#next()) if (!(await this.#carry(next))) break;
    } finally {
      this.#walking = false;
    }
  }

  #next(): Outgoing | undefined {
    return this.outbox.find((message) => !message.failed && !this.#durable.has(message.client_id));
  }

  /** False: nothing more can be sent for now. */
  async #carry(message: Outgoing): Promise<boolean> {
    if (!(await this.#options.ready())) {
      this.#change({ ...message, failed: "busy" });
      return false;
    }
    if (!this.#has(message)) return true; // discarded while the way was made
    const answer = await this.#options.send(message).catch((fault: unknown) => fault as CommandError);
    if (answer instanceof CommandError) return this.#refused(message, answer);
    this.#busyTimes = 0;
    this.#durable.add(message.client_id);
    this.#options.memory.drop(message.client_id);
    this.#options.onSent(message, answer);
    return true;
  }

  #refused(message: Outgoing, { code, detail }: CommandError): boolean {
    if (code === "stopped") return false;
    const failed = failureOf(code);
    if (code === "conversation_open" && typeof detail.conversation_id === "string")
      this.#change({ ...message, conversation_id: detail.conversation_id, opening: null });
    else if (failed === "busy" && this.#busyTimes < BUSY_TIMES) this.#rest();
    else if (failed) this.#change({ ...message, failed });
    return !this.#pause;
  }

  #rest(): void {
    this.#pause = setTimeout(() => {
      this.#pause = undefined;
      void this.#walk();
    }, BUSY_FIRST_MS * 2 ** this.#busyTimes++);
  }

  #change(message: Outgoing): void {
    if (!this.#has(message)) return;
    this.#options.memory.keep(message);
    this.#become(this.outbox.map((other) => (other.client_id === message.client_id ? message : other)));
  }

  #has({ client_id }: Outgoing): boolean {
    return this.outbox.some((other) => other.client_id === client_id);
  }

  #become(outbox: readonly Outgoing[]): void {
    this.outbox = outbox;
    this.#options.onChange();
  }
}
