/** The customer's side of the conversation: session, state and outbox joined; every method is something they do. */
import {
  CommandError,
  jsonCodec,
  Session,
  type AnyResult,
  type CommandOf,
  type Conversation,
  type CustomerEvent,
  type CustomerIn,
  type Phase,
} from "@usher/protocol";
import { fetchAccount, openVisitor, Unreachable, type Account } from "./account";
import { Courier } from "./courier";
import type { Memory } from "./memory";
import type { Opening, Outgoing } from "./outbox";
import { BLANK, reduce, unreadOf, withOlder, withRead, type State } from "./state";

const SIGNED_OUT = 4401;
const ACCOUNT_FRESH_MS = 60_000;
const TYPING_EVERY_MS = 2_500;
const PAGE_MESSAGES = 50;

/** unreachable: the server does not answer. forbidden: it will not serve this page. ended: our visitor is unknown now. */
export type Trouble = "" | "unreachable" | "forbidden" | "ended";

export interface ChatOptions {
  /** Where the server is, with a slash at the end. */
  base: string;
  account: string;
  memory: Memory;
  onChange(): void;
  /** Somebody else wrote. */
  onMessage(text: string, author: string): void;
}

export class Chat {
  state: State = BLANK;
  account: Account | null = null;
  trouble: Trouble = "";
  /** null: not asked yet. */
  past: Conversation[] | null = null;

  private session: Session<CustomerIn, CustomerEvent> | null = null;
  private readonly deviceId = crypto.randomUUID();
  private readonly courier: Courier;
  private accountAt = -Infinity;
  private typedAt = -Infinity;

  constructor(private readonly options: ChatOptions) {
    this.courier = new Courier({
      memory: options.memory,
      ready: () => this.ready(),
      send: (message) => this.send(message),
      onSent: (message, result) => this.sent(message, result),
      onChange: () => options.onChange(),
    });
  }

  get outbox(): readonly Outgoing[] {
    return this.courier.outbox;
  }

  get unread(): number {
    return unreadOf(this.state.conversation);
  }

  /** Does what is due, for a clock that runs on in a hidden tab. */
  poke(): void {
    this.session?.poke();
  }

  serverNow(): number {
    return this.session?.serverNow() ?? Date.now();
  }

  /** What the account shows and asks; fetched again when it may have changed. */
  async load(): Promise<void> {
    if (performance.now() - this.accountAt < ACCOUNT_FRESH_MS) return;
    this.accountAt = performance.now();
    try {
      this.account = await fetchAccount(this.options.base, this.options.account);
      if (this.trouble !== "ended") this.trouble = "";
    } catch (fault) {
      this.accountAt = -Infinity;
      if (!this.account) this.trouble = troubleOf(fault);
    }
    this.options.onChange();
  }

  /** Takes up what this visitor began earlier. Does nothing, and asks nothing, for somebody who never acted. */
  resume(): void {
    const visitor = this.options.memory.visitor();
    if (visitor && !this.session) this.connect(visitor.token);
    else if (!visitor && this.outbox.length) this.courier.wake();
  }

  /** The first message. It is kept before anything is sent. */
  begin(text: string, opening: Opening): void {
    this.trouble = "";
    this.courier.take({ conversation_id: null, opening, text });
  }

  /** A message in the open conversation. False: too many are unacknowledged, it was not taken. */
  say(text: string): boolean {
    const { conversation } = this.state;
    if (!conversation || this.courier.full) return false;
    this.courier.take({ conversation_id: conversation.conversation_id, opening: null, text });
    this.typedAt = -Infinity; // a message ends the typing before it: what follows is new
    return true;
  }

  /** again: what a new conversation starts with when the message's own is over. */
  retry(message: Outgoing, again: Opening): void {
    if (message.failed !== "closed") this.courier.retry(message);
    else {
      this.courier.discard(message);
      this.begin(message.text, again);
    }
  }

  discard(message: Outgoing): void {
    this.courier.discard(message);
  }

  async end(): Promise<boolean> {
    const { conversation } = this.state;
    if (!conversation) return false;
    return (await this.ask({ type: "conversation.end", conversation_id: conversation.conversation_id })) !== undefined;
  }

  /** stars: 1–5. False: it did not arrive. */
  async rate(conversationId: string, stars: number, comment: string): Promise<boolean> {
    const rated = await this.ask({ type: "conversation.rate", conversation_id: conversationId, stars, comment });
    return rated !== undefined;
  }

  typing(): void {
    const { conversation } = this.state;
    if (!conversation || performance.now() - this.typedAt < TYPING_EVERY_MS) return;
    this.typedAt = performance.now();
    this.session?.signal({ type: "typing", conversation_id: conversation.conversation_id });
  }

  /** The newest message is before the customer's eyes. */
  read(): void {
    const { conversation } = this.state;
    if (!conversation || !this.unread) return;
    const { conversation_id, last_n } = conversation;
    if (this.session?.signal({ type: "read", conversation_id, n: last_n }))
      this.become(withRead(this.state, conversation_id, last_n));
  }

  /** Earlier messages of the current conversation, or of a past one. False: they did not come. */
  async older({ conversation_id, messages }: Conversation): Promise<boolean> {
    const before_n = messages[0]?.n ?? 0;
    const found = await this.ask({ type: "messages.fetch", conversation_id, before_n, limit: PAGE_MESSAGES });
    if (found?.type !== "messages") return false;
    this.past =
      this.past?.map((old) =>
        old.conversation_id === conversation_id
          ? { ...old, more: found.more, messages: [...found.messages, ...old.messages] }
          : old,
      ) ?? null;
    this.become(withOlder(this.state, conversation_id, found.messages, found.more));
    return true;
  }

  async listPast(): Promise<void> {
    if (!this.session) {
      this.past = [];
    } else {
      const found = await this.ask({ type: "conversations.list" });
      if (found?.type === "listed") this.past = found.conversations;
    }
    this.options.onChange();
  }

  private connect(token: string): void {
    const { base, account } = this.options;
    this.session = new Session({
      url: `${base}ws/customer`,
      codec: jsonCodec,
      hello: () => ({ device_id: this.deviceId, token, account }),
      onEvent: (event) => this.heard(event),
      onState: (phase, closeCode) => this.entered(phase, closeCode),
    });
    this.session.start();
  }

  private entered(phase: Phase, closeCode?: number): void {
    if (phase === "stopped") this.stopped(closeCode);
    else {
      this.become({ ...this.state, phase, typing: null });
      if (phase === "online") this.courier.wake();
    }
  }

  /** The server knows this visitor no more (or never again): what was written and not sent stays, to be sent anew. */
  private stopped(closeCode?: number): void {
    this.session = null;
    this.trouble = closeCode === SIGNED_OUT ? "ended" : "forbidden";
    if (closeCode === SIGNED_OUT) this.options.memory.forget();
    this.courier.strand();
    this.become(BLANK);
  }

  private heard(event: CustomerEvent): void {
    this.state = reduce(this.state, event, this.serverNow());
    // Whether anybody is in decides what a waiting customer is told.
    if (event.type === "queue.changed") void this.load();
    if (event.type === "message.created" && event.message.kind === "text" && event.message.author !== "customer")
      this.options.onMessage(event.message.text, event.message.author_name);
    this.become(this.state);
  }

  private become(state: State): void {
    this.state = state;
    this.courier.arrived(state.conversation?.messages ?? []);
    this.options.onChange();
  }

  /** The first act opens the session, and before it a visitor. */
  private async ready(): Promise<boolean> {
    if (this.session) return true;
    const { base, account, memory } = this.options;
    try {
      const visitor = memory.visitor() ?? (await openVisitor(base, account));
      memory.rememberVisitor(visitor);
      this.connect(visitor.token);
      return true;
    } catch (fault) {
      this.trouble = troubleOf(fault);
      return false;
    }
  }

  private async send({ conversation_id, client_id, text, opening }: Outgoing): Promise<AnyResult | null> {
    if (!this.session) throw new CommandError("stopped", "The session has ended.");
    return this.session.command(
      conversation_id
        ? { type: "message.send", conversation_id, client_id, text }
        : { type: "conversation.start", client_id, text, ...opening },
    );
  }

  /** It is durable, and known before the server's own copy has come. */
  private sent({ client_id, text, conversation_id }: Outgoing, result: AnyResult | null): void {
    if (result?.type !== "sent" || !conversation_id) return;
    const { n, at } = result;
    const { customer_id: author_id = "", name: author_name = "" } = this.state.customer ?? {};
    const facts = { kind: "text", author: "customer", author_id, author_name } as const;
    this.heard({ type: "message.created", message: { ...facts, conversation_id, n, text, client_id, at } });
  }

  /** undefined: it was refused or never answered. */
  private async ask(command: CommandOf<CustomerIn>): Promise<AnyResult | null | undefined> {
    return this.session?.command(command).catch(() => undefined);
  }
}

function troubleOf(fault: unknown): Trouble {
  const status = fault instanceof Unreachable ? fault.status : 0;
  return status === 403 || status === 404 ? "forbidden" : "unreachable";
}
