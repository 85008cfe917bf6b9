/**
 * The script a site embeds. Shows a button; fetches the chat when the customer goes for it, or at a quiet moment when
 * this visitor has a conversation already. Before that it sets no cookie, stores nothing and opens no connection.
 *
 *     <script async src="https://host/widget.js" data-account="demo" data-language="pl"></script>
 */
import type { Mounted, mount as Mount } from "../app/app";
import { labelOf } from "./labels";
import { makeLauncher } from "./launcher";

type Person = Parameters<Mounted["identify"]>[0];
interface Events {
  open: () => void;
  close: () => void;
  unread: (count: number) => void;
  message: (text: string, author: string) => void;
}
type Handlers = { [Name in keyof Events]: Set<Events[Name]> };

/** `window.Usher`. Before this script has run, an array of calls may stand there: `(window.Usher ||= []).push(["open"])`. */
export interface UsherApi {
  open: () => void;
  close: () => void;
  toggle: () => void;
  /** Whom the page says this is: fills the form in; proves it where there is a token. */
  identify: (person: Person) => void;
  /** They signed out: this browser is nobody's again. */
  forget: () => void;
  /** Returns the function that ends it. */
  on: <Name extends keyof Events>(name: Name, handler: Events[Name]) => () => void;
  hide: () => void;
  show: () => void;
  setLanguage: (tag: string) => void;
  push: (call: Call) => void;
}
type Call = [keyof UsherApi, ...unknown[]];

declare global {
  interface Window {
    Usher?: UsherApi | Call[];
  }
}

function begin({ src, dataset }: HTMLScriptElement): void {
  const base = new URL(".", src).href;
  const account = dataset.account ?? "";
  const side = dataset.side === "left" ? "left" : "right";
  const handlers: Handlers = { open: new Set(), close: new Set(), unread: new Set(), message: new Set() };
  const stayOpen = `usher:${account}:open`;
  let languages = [dataset.language, document.documentElement.lang, ...navigator.languages].filter((tag) => tag !== undefined);
  let isOpen = false;
  let unread = 0;
  let person: Person = {};
  let app: Promise<Mounted> | undefined;

  const code = (): Promise<{ mount: typeof Mount }> => import(/* @vite-ignore */ `${base}${__APP__}`) as never;
  const launcher = makeLauncher(
    dataset.accent ?? "",
    side,
    () => api.toggle(),
    () => void code().catch(() => undefined),
  );
  const refresh = (): void => launcher.show({ label: labelOf(languages, unread, isOpen), unread, open: isOpen });

  /** A failed fetch is forgotten, so that the next press tries again. */
  const load = (): Promise<Mounted> => {
    app ??= mounted().catch((fault: unknown) => {
      app = undefined;
      throw fault;
    });
    return app;
  };

  const mounted = async (): Promise<Mounted> => {
    const { mount } = await code();
    const host = document.createElement("usher-widget");
    const made = await mount({
      base,
      account,
      languages,
      page: false,
      side,
      host,
      onOpen(open) {
        isOpen = open;
        remember(stayOpen, open);
        refresh();
        if (!open) launcher.focus();
        handlers[open ? "open" : "close"].forEach((handler) => handler());
      },
      onUnread(count) {
        if (count === unread) return;
        unread = count;
        refresh();
        handlers.unread.forEach((handler) => handler(count));
      },
      onMessage: (text, author) => handlers.message.forEach((handler) => handler(text, author)),
    });
    made.identify(person);
    place(host);
    return made;
  };

  const open = (focus: boolean): void => void load().then((made) => made.open(focus), () => undefined);

  const api: UsherApi = {
    open: () => open(true),
    close: () => void app?.then((made) => made.close()),
    toggle: () => (isOpen ? api.close() : api.open()),
    identify(facts) {
      person = { ...person, ...facts };
      void app?.then((made) => made.identify(facts));
    },
    forget() {
      person = {};
      void load().then((made) => made.forget(), () => undefined);
    },
    on(name, handler) {
      handlers[name].add(handler);
      return () => handlers[name].delete(handler);
    },
    hide: () => void (launcher.host.hidden = true),
    show: () => void (launcher.host.hidden = false),
    setLanguage(tag) {
      languages = [tag, ...languages];
      refresh();
      void app?.then((made) => made.setLanguage(tag));
    },
    push([name, ...facts]) {
      (api[name] as (...facts: unknown[]) => void)(...facts);
    },
  };

  const early = Array.isArray(window.Usher) ? window.Usher : [];
  window.Usher = api;
  refresh();
  place(launcher.host);
  early.forEach(api.push);
  if (recalled("sessionStorage", stayOpen)) open(false);
  else if (recalled("localStorage", `usher:${account}:visitor`)) whenQuiet(() => void load().catch(() => undefined));
}

/** After the body, where no transform or stacking of the page's own reaches; the script may run before there is one. */
function place(host: HTMLElement): void {
  if (document.body as HTMLElement | null) document.documentElement.append(host);
  else document.addEventListener("DOMContentLoaded", () => document.documentElement.append(host));
}

/** Safari has no requestIdleCallback. */
function whenQuiet(act: () => void): void {
  if ("requestIdleCallback" in window) requestIdleCallback(act, { timeout: 3_000 });
  else setTimeout(act, 500);
}

function recalled(kind: "localStorage" | "sessionStorage", key: string): boolean {
  try {
    return window[kind].getItem(key) !== null;
  } catch {
    return false;
  }
}

/** The panel stays open while the customer walks through the site, in this tab. */
function remember(key: string, open: boolean): void {
  try {
    if (open) sessionStorage.setItem(key, "1");
    else sessionStorage.removeItem(key);
  } catch {
    // A page without storage opens with the button only.
  }
}

const script = document.currentScript as HTMLScriptElement | null;
if (script && !document.querySelector("usher-launcher")) begin(script);
