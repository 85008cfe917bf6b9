/** The public articles over HTTP, and what came of a visit. Nothing is kept in the browser. */
import { newId } from "../ids";

export interface Hit {
  key: string;
  title: string;
  excerpt: string;
  language: string;
}

export interface Shelf {
  key: string;
  label: string;
  articles: { key: string; title: string; language: string }[];
}

/** Beside articles and the conversation. cases: customers may ask for theirs. */
export interface Portal {
  cases: boolean;
  forms: { key: string; title: string; intro: string }[];
}

export interface Article {
  key: string;
  title: string;
  /** Made by the server from Markdown, sanitised. */
  html: string;
  language: string;
}

type What = "read" | "helped" | "not_helped" | "person";

const TIMEOUT_MS = 10_000;
/** One for as long as the page lives; it names nobody. */
const visit = newId();
let begun = false;

export class Library {
  readonly #base: string;
  readonly #account: string;

  constructor(base: string, account: string) {
    this.#base = base;
    this.#account = account;
  }

  async search(text: string, language: string): Promise<Hit[]> {
    begun = true;
    return (await this.#post<{ hits: Hit[] }>("search", { text, language })).hits;
  }

  async shelves(language: string): Promise<Shelf[]> {
    return (await this.#get<{ shelves: Shelf[] }>("articles", language)).shelves.filter((shelf) => shelf.articles.length);
  }

  portal(language: string): Promise<Portal> {
    return this.#get<Portal>("portal", language);
  }

  read(key: string, language: string): Promise<Article> {
    return this.#get<Article>(`articles/${key}`, language);
  }

  /** Counted; nobody waits for it, and nothing is lost if it does not arrive. */
  tell(what: What, key = ""): void {
    if (what === "read") begun = true;
    if (begun) this.#post("visit", { what, key }).catch(() => undefined);
  }

  #get<Answer>(path: string, language: string): Promise<Answer> {
    const query = new URLSearchParams({ account: this.#account, language });
    return this.#fetch<Answer>(`${path}?${query.toString()}`);
  }

  #post<Answer>(path: string, body: object): Promise<Answer> {
    return this.#fetch<Answer>(path, {
      method: "POST",
      keepalive: true,
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account: this.#account, visit, ...body }),
    });
  }

  async #fetch<Answer>(path: string, init: RequestInit = {}): Promise<Answer> {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${this.#base}api/help/${path}`, { ...init, signal, credentials: "omit" });
    if (!response.ok) throw new Error(`help ${response.status}`);
    return (await response.json()) as Answer;
  }
}
