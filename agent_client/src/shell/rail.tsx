import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { computed } from "@preact/signals";

import { type Key, t } from "../i18n/language";
import { printed } from "../keys/chord";
import { assignments, offers } from "../live/store";
import { AREA_NAMES, type AreaName, go, openConversation, pathOf, type Route } from "../router";
import { unreadCount } from "../state/unread";
import { Icon, type IconName } from "../ui/icon";
import { AREAS } from "./areas";
import { dialog, shownPage } from "./view";

const calls = computed(
  () => offers.value.length + assignments.value.filter((one) => unreadCount(one.conversation) > 0).length,
);

export function Rail(): JSX.Element {
  return (
    <nav class="rail" aria-label={t("page.navigation")}>
      <span class="brand" aria-hidden="true">
        <svg width="24" height="24" viewBox="0 0 24 24">
          <path d="M5 4v8.5a7 7 0 0 0 14 0V4" />
          <circle cx="12" cy="9" r="2.5" />
        </svg>
      </span>
      <RailLink to={{ page: "work", conversation_id: openConversation.value }} icon="work" text="page.work" count={calls.value} />
      {AREA_NAMES.map((name) => name !== "settings" && AREAS[name].may() && <AreaLink key={name} name={name} />)}
      <button type="button" class="rail-item" title={printed("Alt+KeyP").join(" ")} onClick={() => (dialog.value = { kind: "pick" })}>
        <Icon name="line" size={20} />
        <span>{t("pick.short")}</span>
      </button>
      <span class="grow" />
      <button type="button" class="rail-item wide-only" onClick={() => (dialog.value = { kind: "shortcuts" })}>
        <Icon name="help" size={20} />
        <span>{t("page.help")}</span>
      </button>
      <AreaLink name="settings" />
    </nav>
  );
}

function AreaLink({ name }: { name: AreaName }): JSX.Element {
  const { title, icon } = AREAS[name];
  return <RailLink to={{ page: name, path: [] }} icon={icon} text={title} />;
}

function RailLink({ to, icon, text, count = 0 }: { to: Route; icon: IconName; text: Key; count?: number }): JSX.Element {
  const here = shownPage.value === to.page;
  const link = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    // On a phone the rail is wider than the page, and it alone says where one is.
    if (here) link.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [here]);
  return (
    <a
      ref={link}
      class="rail-item"
      href={pathOf(to)}
      aria-current={here ? "page" : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(here && to.page === "work" ? { page: "work", conversation_id: null } : to);
      }}
    >
      <Icon name={icon} size={20} />
      <span>{t(text)}</span>
      {count > 0 && (
        <span class="badge rail-badge">
          {count}
          <span class="only-heard"> {t("work.calls", { count })}</span>
        </span>
      )}
    </a>
  );
}
