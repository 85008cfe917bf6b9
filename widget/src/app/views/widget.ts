/** What every view needs, handed down without props. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Chat } from "../chat";
import type { Opening } from "../outbox";
import type { Words } from "../words";

export type Screen =
  | { name: "home" }
  | { name: "form" }
  | { name: "thread" }
  | { name: "past" }
  /** Articles about a text; of an empty one all. key: one of them. */
  | { name: "help"; query: string; key: string }
  /** Read only. */
  | { name: "earlier"; conversationId: string };

export interface Person {
  name: string;
  email: string;
}

export interface Widget {
  chat: Chat;
  /** Where the server is, with a slash at the end. */
  base: string;
  words: Words;
  /** It can be seen: the panel is open. */
  open: boolean;
  /** A page of its own instead of a panel over somebody's page. */
  page: boolean;
  muted: boolean;
  draft: string;
  person: Person;
  go: (screen: Screen) => void;
  close: () => void;
  setLanguage: (tag: string) => void;
  setMuted: (muted: boolean) => void;
  setDraft: (text: string) => void;
  /** What a conversation that starts now is opened with. */
  opening: (person: Person, department: string, phone?: string) => Opening;
}

const Context = createContext<Widget | null>(null);
export const WidgetProvider = Context.Provider;

export function useWidget(): Widget {
  const widget = useContext(Context);
  if (!widget) throw new Error("a view stands outside of its widget");
  return widget;
}
