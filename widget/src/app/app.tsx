/** The chat, mounted into a shadow root: by the loader as a panel, by the portal as its page. */
import { render } from "preact";
import { accentOn } from "./colour";
import { Chat } from "./chat";
import { steadyClock } from "./clock";
import { memoryOf, openStorage } from "./memory";
import { chime, titled } from "./notice";
import css from "./style.css?inline";
import { Panel } from "./views/panel";
import { WidgetProvider, type Person, type Screen, type Widget } from "./views/widget";
import { loadWords, type Words } from "./words";

interface MountOptions {
  /** Where the server is, with a slash at the end. */
  base: string;
  account: string;
  /** Wished languages, best first. */
  languages: readonly string[];
  /** A page of its own: always open, never closed. */
  page: boolean;
  side: "left" | "right";
  /** The element that becomes the host of the shadow root. */
  host: HTMLElement;
  onOpen: (open: boolean) => void;
  onUnread: (count: number) => void;
  onMessage: (text: string, author: string) => void;
}

export interface Mounted {
  /** focus: the customer asked for it; false keeps the focus where it is. */
  open: (focus: boolean) => void;
  close: () => void;
  setLanguage: (tag: string) => Promise<void>;
  identify: (person: Identified) => void;
  forget: () => void;
}

/** token: signed by the site; without it, what is said only fills the form in. */
type Identified = Partial<Person> & { token?: string };

const LIGHT_SURFACE = "#ffffff";
const DARK_SURFACE = "#1c1e1d";
const FULL_SCREEN = "(max-width: 480px)";

export async function mount(options: MountOptions): Promise<Mounted> {
  const { host, page } = options;
  let screen: Screen = page ? firstOf(location.hash) : { name: "home" };
  let wanted: Screen | null = null;
  let isOpen = page;
  let scheduled = false;
  const memory = memoryOf(options.account, openStorage());
  const wished = (): string[] => [memory.note("language"), ...options.languages];
  let words: Words = await loadWords(wished());
  const frame = frameIn(host, options);
  const otherTabs = new BroadcastChannel(`usher:${options.account}`);

  const chat = new Chat({
    base: options.base,
    account: options.account,
    memory,
    onChange: () => {
      follow();
      if (wanted && chat.account) go(wanted);
      redraw();
    },
    onForget: (elsewhere) => {
      screen = { name: "home" };
      wanted = null;
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has none
      if (!elsewhere) otherTabs.postMessage(0);
    },
    onMessage: (text, author) => {
      const looking = isOpen && document.visibilityState === "visible";
      if (!looking && !memory.note("muted")) chime();
      options.onMessage(text, author);
    },
  });

  /** A conversation that begins, here or in another tab, is what the customer wants to see; one that is gone is not. */
  let followed = "";
  const follow = (): void => {
    const { conversation } = chat.state;
    if (chat.trouble === "ended" && screen.name !== "form") screen = { name: "home" };
    if (!conversation || conversation.conversation_id === followed) return;
    followed = conversation.conversation_id;
    if (screen.name !== "home" && screen.name !== "form") return;
    screen = { name: "thread" };
    wanted = null;
  };

  /** The form asks what the account says: called for before that is known, it opens when it is. */
  const go = (next: Screen): void => {
    wanted = next.name === "form" && !chat.account ? next : null;
    if (wanted) return;
    screen = next;
    draw();
    focusFirst(frame);
  };

  const redraw = (): void => {
    if (scheduled) return;
    scheduled = true;
    queueMicrotask(() => {
      scheduled = false;
      draw();
    });
  };

  const draw = (): void => {
    frame.hidden = !isOpen;
    frame.lang = words.language;
    frame.setAttribute("aria-label", chat.account?.title ?? words.t("messages"));
    if (chat.account) paint(frame, chat.account.accent);
    const title = titled(document.title, chat.unread, document.visibilityState === "hidden");
    if (title !== document.title) document.title = title;
    options.onUnread(chat.unread);
    render(
      <WidgetProvider value={widget()}>
        <Panel screen={screen} />
      </WidgetProvider>,
      frame,
    );
  };

  const widget = (): Widget => ({
    chat,
    base: options.base,
    words,
    open: isOpen,
    page,
    muted: memory.note("muted") === "1",
    draft: memory.note("draft"),
    person: { name: memory.note("name"), email: memory.note("email") },
    go,
    close,
    setLanguage: (tag) => {
      memory.setNote("language", tag);
      void speak(wished());
    },
    setMuted: (muted) => {
      memory.setNote("muted", muted ? "1" : "");
      redraw();
    },
    setDraft: (text) => {
      memory.setNote("draft", text);
      draw();
    },
    opening: (person, department, phone = "") => {
      memory.setNote("name", person.name);
      memory.setNote("email", person.email);
      return { ...person, department, phone, language: words.language, page_url: location.href };
    },
  });

  const speak = async (languages: readonly string[]): Promise<void> => {
    words = await loadWords(languages);
    redraw();
  };

  const open = (focus: boolean): void => {
    if (!isOpen) {
      isOpen = true;
      options.onOpen(true);
    }
    if (!page) frame.ariaModal = String(matchMedia(FULL_SCREEN).matches);
    draw();
    if (focus) focusFirst(frame);
    void chat.load();
  };

  const close = (): void => {
    if (!isOpen || page) return;
    isOpen = false;
    wanted = null;
    draw();
    options.onOpen(false);
  };

  if (!page) frame.addEventListener("keydown", (event) => keyed(event, frame, close));
  document.addEventListener("visibilitychange", redraw);
  steadyClock(options.base, () => chat.poke());
  otherTabs.onmessage = () => chat.forget(true);
  chat.resume();
  if (page) open(false);
  else draw();

  return {
    open,
    close,
    setLanguage: (tag) => speak([tag, ...options.languages]),
    forget: () => chat.forget(),
    identify: ({ name, email, token }) => {
      if (token) chat.prove(token);
      if (name !== undefined) memory.setNote("name", name);
      if (email !== undefined) memory.setNote("email", email);
      redraw();
    },
  };
}

/** The portal's address may name an article: `#article/return-an-order`. */
function firstOf(hash: string): Screen {
  const [, key = ""] = /^#article\/([a-z0-9-]{1,64})$/.exec(hash) ?? [];
  return key ? { name: "help", query: "", key } : { name: "home" };
}

function frameIn(host: HTMLElement, { page, side }: MountOptions): HTMLElement {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  const frame = document.createElement("section");
  frame.className = page ? "frame" : `frame panel ${side}`;
  frame.setAttribute("role", page ? "region" : "dialog");
  frame.hidden = true;
  root.append(frame);
  if (page) frame.part.add("page");
  else fitKeyboard(frame);
  return frame;
}

/** On a phone the keyboard covers the lower half of a fixed panel, unless it shrinks to what is visible. */
function fitKeyboard(frame: HTMLElement): void {
  const view = window.visualViewport;
  view?.addEventListener("resize", () => frame.style.setProperty("--u-view", `${view.height}px`));
}

function paint(frame: HTMLElement, accent: string): void {
  const light = accentOn(accent, LIGHT_SURFACE);
  frame.style.setProperty("--u-accent", light.fill);
  frame.style.setProperty("--u-on-accent", light.onFill);
  frame.style.setProperty("--u-accent-light", light.text);
  frame.style.setProperty("--u-accent-dark", accentOn(accent, DARK_SURFACE).text);
}

function focusFirst(frame: HTMLElement): void {
  const first = frame.querySelector<HTMLElement>("[data-first]:not(:disabled)") ?? focusable(frame)[0];
  first?.focus();
}

function focusable(frame: HTMLElement): HTMLElement[] {
  const all = frame.querySelectorAll<HTMLElement>("button, a, input, select, textarea, [tabindex]");
  return [...all].filter((element) => !element.matches(":disabled") && element.getClientRects().length > 0);
}

/** Escape closes. Where the panel covers the page, Tab stays inside of it. */
function keyed(event: KeyboardEvent, frame: HTMLElement, close: () => void): void {
  if (event.key === "Escape") {
    event.stopPropagation();
    close();
  } else if (event.key === "Tab" && frame.ariaModal === "true") {
    const all = focusable(frame);
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if ((frame.getRootNode() as ShadowRoot).activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  }
}
