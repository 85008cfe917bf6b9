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
  type File as Kept,
  type Phase,
} from "@usher/protocol";
import { fetchAccount, openVisitor, Unreachable, type Account, type Visitor } from "./account";
import { Courier } from "./courier";
import { fetchFile, sendFile, type FileFault } from "./files";
import { newId } from "./ids";
import type { Memory } from "./memory";
import type { Opening, Outgoing } from "./outbox";
import { wordsOf } from "./rows";
import { BLANK, reduce, unreadOf, withOlder, withRead, type State } from "./state";

const SIGNED_OUT = 4401;
const ACCOUNT_FRESH_MS = 60_000;
const TYPING_EVERY_MS = 2_500;
const PAGE_MESSAGES = 50;

/** unreachable: the server does not answer. forbidden: it will not serve this page. ended: our visitor is unknown now. */
type Trouble = "" | "unreachable" | "forbidden" | "ended";

interface ChatOptions {
  /** Where the server is, with a slash at the end. */
  base: string;
  account: string;
  memory: Memory;
  onChange(): void;
  /** The customer is gone: what of theirs is on the screen goes, too. */
  onForget(elsewhere: boolean): void;
  /** Somebody else wrote. */
  onMessage(text: string, author: string): void;
}

export class Chat {
  state: State = BLANK;
  account: Account | null = null;
  trouble: Trouble = "";
  /** null: not asked yet. */
  past: Conversation[] | null = null;

  readonly #options: ChatOptions;
  #session: Session<CustomerIn, CustomerEvent> | null = null;
  readonly #deviceId = newId();
  readonly #courier: Courier;
  #accountAt = -Infinity;
  #identity: string | undefined;
  #typedAt = -Infinity;

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#courier = new Courier({
      memory: options.memory,
      ready: () => this.#ready(),
      send: (message) => this.#send(message),
      onSent: (message, result) => this.#sent(message, result),
      onChange: () => options.onChange(),
    });
  }

  get outbox(): readonly Outgoing[] {
    return this.#courier.outbox;
  }

  get unread(): number {
    return unreadOf(this.state.conversation);
  }

  /** Does what is due, for a clock that runs on in a hidden tab. */
  poke(): void {
    this.#session?.poke();
  }

  serverNow(): number {
    return this.#session?.serverNow() ?? Date.now();
  }

  /** What the account shows and asks; fetched again when it may have changed. */
  async load(): Promise<void> {
    if (performance.now() - this.#accountAt < ACCOUNT_FRESH_MS) return;
    this.#accountAt = performance.now();
    try {
      this.account = await fetchAccount(this.#options.base, this.#options.account);
      if (this.trouble !== "ended") this.trouble = "";
    } catch (fault) {
      this.#accountAt = -Infinity;
      if (!this.account) this.trouble = troubleOf(fault);
    }
    this.#options.onChange();
  }

  /** Takes up what this visitor began earlier. Does nothing, and asks nothing, for somebody who never acted. */
  resume(): void {
    const visitor = this.#options.memory.visitor();
    if (visitor && !this.#session) this.#connect(visitor.token);
    else if (!visitor && this.outbox.length) this.#courier.wake();
  }

  /** Who the site says this is, by its signature. Somebody who has acted goes on as that customer; others will begin so. */
  prove(identity: string): void {
    this.#identity = identity;
    const visitor = this.#options.memory.visitor();
    if (visitor) void this.#proven(identity, visitor).catch(() => undefined);
  }

  /** They signed out: whoever comes next to this browser sees nothing of it. elsewhere: in another tab, which cleared
      what the browser keeps, and may have kept the next one's since. */
  forget(elsewhere = false): void {
    this.#identity = undefined;
    this.#leave();
    this.#options.memory.forget(elsewhere);
    this.#courier.forget();
    this.past = null;
    this.trouble = "";
    this.#options.onForget(elsewhere);
    this.#become(BLANK);
  }

  /** A site proves its customer on every page: nothing changes for who they were before. */
  async #proven(identity: string, before: Visitor): Promise<void> {
    const { base, account, memory } = this.#options;
    const visitor = await openVisitor(base, account, identity, before.token);
    if (this.#identity !== identity) return; // they signed out meanwhile, or somebody else came
    const same = visitor.token === before.token;
    if (same && visitor.customer_id === before.customer_id && this.#session) return;
    if (same) this.#leave();
    else this.forget();
    this.#identity = identity;
    this.trouble = "";
    memory.rememberVisitor(visitor);
    this.#connect(visitor.token);
  }

  /** Ends the session and nothing else: what is on the screen and unsent stays as it is. */
  #leave(): void {
    const session = this.#session;
    this.#session = null;
    session?.stop();
  }

  /** The first message. It is kept before anything is sent. */
  begin(text: string, opening: Opening): void {
    this.trouble = "";
    this.#courier.take({ conversation_id: null, opening, text });
  }

  /** A message in the open conversation. False: too many are unacknowledged, it was not taken. */
  say(text: string): boolean {
    const { conversation } = this.state;
    if (!conversation || this.#courier.full) return false;
    this.#courier.take({ conversation_id: conversation.conversation_id, opening: null, text });
    this.#typedAt = -Infinity; // a message ends the typing before it: what follows is new
    return true;
  }

  /** Files as a message of their own. Says what was wrong with the first that was not taken; those before it are sent. */
  async attach(files: readonly File[]): Promise<FileFault | ""> {
    const { conversation } = this.state;
    const token = this.#options.memory.visitor()?.token;
    if (!conversation || !token || this.#courier.full) return "file_failed";
    const { conversation_id } = conversation;
    const kept: Kept[] = [];
    let fault: FileFault | "" = "";
    for (const file of files) {
      const answer = await sendFile({ ...this.#options, token }, conversation_id, file);
      if (typeof answer === "string") {
        fault = answer;
        break;
      }
      kept.push(answer);
    }
    const stillThey = this.#options.memory.visitor()?.token === token;
    if (kept.length && stillThey) this.#courier.take({ conversation_id, opening: null, text: "", files: kept });
    return fault;
  }

  /** Rejects when it cannot be had. */
  async file(fileId: string): Promise<Blob> {
    return fetchFile({ ...this.#options, token: this.#options.memory.visitor()?.token ?? "" }, fileId);
  }

  /** again: what a new conversation starts with when the message's own is over. */
  retry(message: Outgoing, again: Opening): void {
    if (message.failed !== "closed") this.#courier.retry(message);
    else {
      this.#courier.discard(message);
      this.begin(message.text, again);
    }
  }

  discard(message: Outgoing): void {
    this.#courier.discard(message);
  }

  async end(): Promise<boolean> {
    const { conversation } = this.state;
    if (!conversation) return false;
    return (await this.#ask({ type: "conversation.end", conversation_id: conversation.conversation_id })) !== undefined;
  }

  /** Be called when it is their turn. False: it cannot be had, or did not arrive. */
  async askCall(phone: string): Promise<boolean> {
    const { conversation } = this.state;
    if (!conversation) return false;
    return (await this.#ask({ type: "callback.ask", conversation_id: conversation.conversation_id, phone })) !== undefined;
  }

  /** stars: 1–5. False: it did not arrive. */
  async rate(conversationId: string, stars: number, comment: string): Promise<boolean> {
    const rated = await this.#ask({ type: "conversation.rate", conversation_id: conversationId, stars, comment });
    return rated !== undefined;
  }

  typing(): void {
    const { conversation } = this.state;
    if (!conversation || performance.now() - this.#typedAt < TYPING_EVERY_MS) return;
    this.#typedAt = performance.now();
    this.#session?.signal({ type: "typing", conversation_id: conversation.conversation_id });
  }

  /** The newest message is before the customer's eyes. */
  read(): void {
    const { conversation } = this.state;
    if (!conversation || !this.unread) return;
    const { conversation_id, last_n } = conversation;
    if (this.#session?.signal({ type: "read", conversation_id, n: last_n }))
      this.#become(withRead(this.state, conversation_id, last_n));
  }

  /** Earlier messages of the current conversation, or of a past one. False: they did not come. */
  async older({ conversation_id, messages }: Conversation): Promise<boolean> {
    const before_n = messages[0]?.n ?? 0;
    const found = await this.#ask({ type: "messages.fetch", conversation_id, before_n, limit: PAGE_MESSAGES });
    if (found?.type !== "messages") return false;
    const preceded = (old: Conversation): Conversation =>
      old.conversation_id === conversation_id ? withOlder(old, before_n, found.messages, found.more) : old;
    this.past = this.past?.map(preceded) ?? null;
    const current = this.state.conversation;
    this.#become({ ...this.state, conversation: current && preceded(current) });
    return true;
  }

  async listPast(): Promise<void> {
    if (!this.#session) {
      this.past = [];
    } else {
      const found = await this.#ask({ type: "conversations.list" });
      if (found?.type === "listed") this.past = found.conversations;
    }
    this.#options.onChange();
  }

  #connect(token: string): void {
    const { base, account } = this.#options;
    const session: Session<CustomerIn, CustomerEvent> = new Session({
      url: `${base}ws/customer`,
      codec: jsonCodec,
      hello: () => ({ device_id: this.#deviceId, token, account }),
      onEvent: (event) => this.#heard(event),
      onState: (phase, closeCode) => {
        if (this.#session === session) this.#entered(phase, closeCode);
      },
    });
    this.#session = session;
    session.start();
  }

  #entered(phase: Phase, closeCode?: number): void {
    if (phase === "stopped") this.#stopped(closeCode);
    else {
      this.#become({ ...this.state, phase, typing: null });
      if (phase === "online") this.#courier.wake();
    }
  }

  /** The server knows this visitor no more (or never again): what was written and not sent stays, to be sent anew. */
  #stopped(closeCode?: number): void {
    this.#session = null;
    this.trouble = closeCode === SIGNED_OUT ? "ended" : "forbidden";
    if (closeCode === SIGNED_OUT) this.#options.memory.forget();
    this.#courier.strand();
    this.#become(BLANK);
  }

  #heard(event: CustomerEvent): void {
    this.state = reduce(this.state, event, this.serverNow());
    // Whether anybody is in decides what a waiting customer is told.
    if (event.type === "queue.changed") void this.load();
    if (event.type === "message.created" && event.message.kind === "text" && event.message.author !== "customer")
      this.#options.onMessage(wordsOf(event.message), event.message.author_name);
    this.#become(this.state);
  }

  #become(state: State): void {
    this.state = state;
    this.#courier.arrived(state.conversation?.messages ?? []);
    this.#options.onChange();
  }

  /** The first act opens the session, and before it a visitor. */
  async #ready(): Promise<boolean> {
    if (this.#session) return true;
    const { base, account, memory } = this.#options;
    try {
      const identity = this.#identity;
      const visitor = memory.visitor() ?? (await openVisitor(base, account, identity));
      if (this.#identity !== identity) return await this.#ready(); // they signed in or out while we asked
      memory.rememberVisitor(visitor);
      this.#connect(visitor.token);
      return true;
    } catch (fault) {
      this.trouble = troubleOf(fault);
      return false;
    }
  }

  async #send({ conversation_id, client_id, text, opening, files = [] }: Outgoing): Promise<AnyResult | null> {
    if (!this.#session) throw new CommandError("stopped", "The session has ended.");
    return this.#session.command(
      conversation_id
        ? { type: "message.send", conversation_id, client_id, text, file_ids: files.map((file) => file.file_id) }
        : { type: "conversation.start", client_id, text, ...opening },
    );
  }

  /** It is durable, and known before the server's own copy has come. */
  #sent({ client_id, text, conversation_id, files = [] }: Outgoing, result: AnyResult | null): void {
    if (result?.type !== "sent" || !conversation_id) return;
    const { n, at } = result;
    const { customer_id: author_id = "", name: author_name = "" } = this.state.customer ?? {};
    const facts = { kind: "text", author: "customer", author_id, author_name } as const;
    const extra = { files: [...files] };
    this.#heard({ type: "message.created", message: { ...facts, conversation_id, n, text, client_id, at, extra } });
  }

  /** undefined: it was refused or never answered. */
  async #ask(command: CommandOf<CustomerIn>): Promise<AnyResult | null | undefined> {
    return this.#session?.command(command).catch(() => undefined);
  }
}

function troubleOf(fault: unknown): Trouble {
  const status = fault instanceof Unreachable ? fault.status : 0;
  return status === 403 || status === 404 ? "forbidden" : "unreachable";
}
