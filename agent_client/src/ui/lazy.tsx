import type { ComponentChildren, JSX } from "preact";
import { useEffect } from "preact/hooks";
import { signal } from "@preact/signals";

import { catchUp, t } from "../i18n/language";
import { phase } from "../live/store";
import { Icon } from "./icon";

type Draw<Props> = (props: Props) => JSX.Element | null;
type Part<Props> = { is: "away" | "coming" | "failed" } | { is: "there"; Draw: Draw<Props> };

/** A component whose code and words are fetched when it is first shown, or before by `fetch`. */
export interface Lazy<Props> {
  (props: Props): JSX.Element;
  /** Resolves when it is there, or could not be had. */
  fetch: () => Promise<void>;
}

export function isLazy<Props>(part: Draw<Props> | Lazy<Props>): part is Lazy<Props> {
  return "fetch" in part;
}

/** Where the waiting and the failure are drawn: a page, a dialog, a part of a column. */
type Frame = (props: { children: ComponentChildren; busy: boolean }) => JSX.Element;

export function lazy<Props extends object>(load: () => Promise<Draw<Props>>, Frame: Frame): Lazy<Props> {
  const part = signal<Part<Props>>({ is: "away" });
  let failures = 0;
  const fetch = async (): Promise<void> => {
    if (part.peek().is === "coming" || part.peek().is === "there") return;
    part.value = { is: "coming" };
    try {
      const Draw = await load();
      await catchUp();
      part.value = { is: "there", Draw };
    } catch {
      failures += 1;
      part.value = { is: "failed" };
    }
  };
  /** Some browsers remember a failed file for as long as the page lives, and a newer version of it has another name. */
  const again = (): void => {
    if (failures > 1 && phase.peek() === "online") location.reload();
    else void fetch();
  };
  const LazyPart = (props: Props): JSX.Element => {
    const now = part.value;
    useEffect(() => void fetch(), []);
    if (now.is === "there") return <now.Draw {...props} />;
    const failed = now.is === "failed";
    return <Frame busy={!failed}>{failed ? <Missing onAgain={again} /> : <Coming />}</Frame>;
  };
  return Object.assign(LazyPart, { fetch });
}

/** An area's page. */
export function lazyPage<Props extends object>(load: () => Promise<Draw<Props>>): Lazy<Props> {
  return lazy(load, ({ children, busy }) => (
    <main class="page loading" tabIndex={-1} aria-busy={busy}>
      {children}
    </main>
  ));
}

/** A part of a page, e.g. of the context column. */
export function lazyPart<Props extends object>(load: () => Promise<Draw<Props>>): Lazy<Props> {
  return lazy(load, ({ children, busy }) => (
    <div class="small" aria-busy={busy}>
      {children}
    </div>
  ));
}

export function Coming(): JSX.Element {
  return (
    <p class="faint">
      <span class="spinner" aria-hidden="true" /> {t("line.loading")}
    </p>
  );
}

function Missing({ onAgain }: { onAgain: () => void }): JSX.Element {
  return (
    <div class="empty" role="status">
      <Icon name="offline" size={28} />
      <p>{t("line.part_missing")}</p>
      <button type="button" class="button" onClick={onAgain}>
        {t("action.try_again")}
      </button>
    </div>
  );
}
