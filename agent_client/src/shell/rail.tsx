import type { JSX } from "preact";
import { computed } from "@preact/signals";

import type { Key } from "../i18n/en";
import { t } from "../i18n/language";
import { assignments, offers, overseer } from "../live/store";
import { go, openConversation, pathOf, type Route } from "../router";
import { unreadCount } from "../state/unread";
import { Icon, type IconName } from "../ui/icon";
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
      {overseer.value && <RailLink to={{ page: "board" }} icon="board" text="page.board" />}
      <span class="grow" />
      <button type="button" class="rail-item wide-only" onClick={() => (dialog.value = { kind: "shortcuts" })}>
        <Icon name="help" size={20} />
        <span>{t("page.help")}</span>
      </button>
      <RailLink to={{ page: "settings" }} icon="settings" text="page.settings" />
    </nav>
  );
}

function RailLink({ to, icon, text, count = 0 }: { to: Route; icon: IconName; text: Key; count?: number }): JSX.Element {
  const here = shownPage.value === to.page;
  return (
    <a
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
