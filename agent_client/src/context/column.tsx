import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { t } from "../i18n/language";
import { toggleContext } from "../keys/actions";
import { change, settings } from "../live/settings";
import { hasContextColumn } from "../shell/view";
import { Icon } from "../ui/icon";
import type { About } from "./about";
import { type Section, SECTIONS } from "./sections";

/** What helps to answer, section by section; where there is no room beside, a sheet over the rest. */
export function ContextColumn({ about }: { about: About }): JSX.Element {
  const column = useRef<HTMLElement>(null);
  const sheet = !hasContextColumn.value;
  useEffect(() => {
    if (!sheet) return undefined;
    const before = document.activeElement;
    column.current?.focus();
    return () => {
      if (before instanceof HTMLElement) before.focus();
    };
  }, [sheet]);
  return (
    <aside
      ref={column}
      class="context"
      tabIndex={-1}
      aria-label={t("context.title")}
      onKeyDown={(event) => {
        if (sheet && event.key === "Escape" && !event.defaultPrevented) toggleContext();
      }}
    >
      <header class="context-head">
        <h2 class="grow">{t("context.title")}</h2>
        <button type="button" class="button quiet square" aria-label={t("action.close")} onClick={toggleContext}>
          <Icon name="close" />
        </button>
      </header>
      {SECTIONS.map((section) => section.applies(about) && <Folding key={section.name} section={section} about={about} />)}
    </aside>
  );
}

function Folding({ section: { name, title, Body, count }, about }: { section: Section; about: About }): JSX.Element {
  const open = !settings.value.folded.includes(name);
  const counted = count?.of(about) ?? 0;
  return (
    <details
      class={`context-part ${name}`}
      open={open}
      onToggle={({ currentTarget }) => {
        fold(name, !currentTarget.open);
      }}
    >
      <summary>
        <h3 class="grow">{t(title)}</h3>
        {count && counted > 0 && (
          <span class="badge">
            {counted}
            <span class="only-heard"> {t(count.text, { count: counted })}</span>
          </span>
        )}
        <Icon name="down" />
      </summary>
      {open && <Body about={about} />}
    </details>
  );
}

function fold(name: string, folded: boolean): void {
  const others = settings.peek().folded.filter((one) => one !== name);
  if (folded === others.length < settings.peek().folded.length) return;
  change({ folded: folded ? [...others, name] : others });
}
