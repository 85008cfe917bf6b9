import type { Key } from "../i18n/language";
import type { Chord } from "../keys/chord";
import { overseer } from "../live/store";
import type { AreaName } from "../router";
import type { IconName } from "../ui/icon";
import { type Lazy, lazyPage } from "../ui/lazy";

/** A page of its own beside the work, with its own code, words and style, fetched when it is first opened. */
export interface Area {
  title: Key;
  icon: IconName;
  chord?: Chord;
  /** Who has it; the others get their work instead. The server checks again. */
  may: () => boolean;
  /** path: what stands in the address after the area's name. */
  Page: Lazy<{ path: readonly string[] }>;
}

const everybody = (): boolean => true;

export const AREAS: Readonly<Record<AreaName, Area>> = {
  home: {
    title: "page.home",
    icon: "home",
    chord: "Alt+Comma",
    may: everybody,
    Page: lazyPage(async () => (await import("../home/home-page")).HomePage),
  },
  cases: {
    title: "page.cases",
    icon: "cases",
    chord: "Alt+KeyZ",
    may: everybody,
    Page: lazyPage(async () => (await import("../cases/cases-page")).CasesPage),
  },
  knowledge: {
    title: "page.knowledge",
    icon: "book",
    chord: "Alt+KeyJ",
    may: everybody,
    Page: lazyPage(async () => (await import("../knowledge/knowledge-page")).KnowledgePage),
  },
  bot: {
    title: "page.bot",
    icon: "bot",
    may: () => overseer.value,
    Page: lazyPage(async () => (await import("../bot/bot-page")).BotPage),
  },
  board: {
    title: "page.board",
    icon: "board",
    chord: "Alt+KeyB",
    may: () => overseer.value,
    Page: lazyPage(async () => (await import("../board/board-page")).BoardPage),
  },
  customers: {
    title: "page.customers",
    icon: "user",
    chord: "Alt+KeyY",
    may: everybody,
    Page: lazyPage(async () => (await import("../customers/customers-page")).CustomersPage),
  },
  settings: {
    title: "page.settings",
    icon: "settings",
    may: everybody,
    Page: lazyPage(async () => (await import("../settings/settings-page")).SettingsPage),
  },
};
