/** What the server says about a widget account before anybody has spoken. */

export type Ask = "required" | "optional" | "off";

/** What becomes of customers while it is closed. opens_at: server time in ms; null: not known. */
export interface Closed {
  action: "wait" | "queue" | "message" | "callback" | "announce";
  opens_at: number | null;
  /** What customers read, by language; none: the widget's own words. */
  text: Record<string, string>;
  /** It is open, but overflows: nothing is refused, and nothing has to be left. */
  busy?: boolean;
}

export interface Account {
  account: string;
  title: string;
  /** #rrggbb */
  accent: string;
  welcome: Record<string, string>;
  departments: { name: string; labels: Record<string, string>; closed: Closed | null }[];
  pre_chat: { name: Ask; email: Ask };
  languages: string[];
  default_language: string;
  agents_online: boolean;
  /** There are articles to be searched. */
  help: boolean;
  /** A bot answers first. */
  bot: boolean;
  /** Whatever the customer chooses; null while any department is open. */
  closed: Closed | null;
}

/** A visitor's name to the server. customer_id: whose. token: secret; it travels in the hello frame only. */
export interface Visitor {
  visitor_id: string;
  customer_id: string;
  token: string;
}

const TIMEOUT_MS = 10_000;

/** The request got no usable answer. status: 0 when there was none at all. */
export class Unreachable extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`no usable answer (${status})`);
    this.status = status;
  }
}

export async function fetchAccount(base: string, account: string): Promise<Account> {
  return request<Account>(`${base}api/widget/config?account=${encodeURIComponent(account)}`);
}

/** identity: signed by the site, for a customer it knows. token: of the visitor this browser has; answered again if it fits. */
export async function openVisitor(base: string, account: string, identity?: string, token?: string): Promise<Visitor> {
  return request<Visitor>(`${base}api/widget/session`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account, identity, token }),
  });
}

async function request<T>(url: string, init: RequestInit = {}): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(url, { ...init, signal, credentials: "omit" }).catch(() => undefined);
  if (!response?.ok) throw new Unreachable(response?.status ?? 0);
  return (await response.json()) as T;
}
