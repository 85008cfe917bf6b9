import { call } from "../live/http";

/** Questions that are alike and were not answered. */
export interface Gathered {
  text: string;
  language: string;
  count: number;
  newest_at: number;
  intent: string;
  examples: string[];
  places: { conversation_id: string; n: number }[];
}

export interface Intent {
  name: string;
  title: Record<string, string>;
}

/** As `GET /api/bot/report` tells. deflection: null while no talk is over. */
export interface Report {
  talks: number;
  open: number;
  deflected: number;
  handed_over: number;
  deflection: number | null;
  reasons: Record<string, number>;
  answered: Record<string, number>;
  wrong: Record<string, number>;
  /** What came of asking the adviser; empty where there is none. */
  advice: Record<string, number>;
  unanswered: Gathered[];
  intents: Intent[];
  model: string;
}

/** Throws HttpError. */
export async function fetchReport(days: number): Promise<Report> {
  return (await call("GET", `/api/bot/report?days=${days}`)) as Report;
}

/** They mean the intent from now on. Throws HttpError. */
export async function teach(group: Gathered, intent: string): Promise<void> {
  const { language, places, examples } = group;
  await call("POST", "/api/bot/examples", { intent, language, texts: [...new Set(examples)], places });
}

/** What past questions would have been answered otherwise. before, after: an intent; "" is nothing. */
export interface Tried {
  messages: number;
  same: number;
  gained: number;
  lost: number;
  other: number;
  differences: { text: string; language: string; times: number; before: string; after: string }[];
}

const TRIED_WITHIN_MS = 130_000;

/** What would change if they meant the intent; nothing is taught. Throws HttpError. */
export async function tryOut({ language, examples }: Gathered, intent: string): Promise<Tried> {
  const asked = { intent, language, texts: [...new Set(examples)] };
  return (await call("POST", "/api/bot/examples/try", asked, TRIED_WITHIN_MS)) as Tried;
}

/** An article's text as it would be published; article_id "": one nobody has saved. */
export interface ArticleDraft {
  article_id: string;
  language: string;
  title: string;
  texts: string[];
}

/** intents: those that differences name. */
export interface TriedArticle extends Tried {
  intents: Intent[];
}

/** What would change if it were published; nothing is. Throws HttpError. */
export async function tryArticle(draft: ArticleDraft): Promise<TriedArticle> {
  return (await call("POST", "/api/bot/articles/try", draft, TRIED_WITHIN_MS)) as TriedArticle;
}

/** They are seen to. Throws HttpError. */
export async function putAside({ places }: Gathered): Promise<void> {
  await call("POST", "/api/bot/seen", { places });
}

export function titleOf(intents: readonly Intent[], name: string, language: string): string {
  const title = intents.find((each) => each.name === name)?.title ?? {};
  return title[language] ?? title.en ?? Object.values(title)[0] ?? name;
}
