import type { Case } from "@usher/protocol";
import type { JSX } from "preact";

import { go, pathOf } from "../router";
import { t } from "./words";

export const casePath = (one: Pick<Case, "number">): { page: "cases"; path: string[] } => ({ page: "cases", path: [String(one.number)] });

/** The case's number and subject, and the way to it. */
export function CaseLink({ of: one, class: name = "" }: { of: Case; class?: string }): JSX.Element {
  return (
    <a
      class={`case-link ${name}`}
      href={pathOf(casePath(one))}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go(casePath(one));
      }}
    >
      <span class="faint numeric">#{one.number}</span> {subjectOf(one)}
    </a>
  );
}

export function subjectOf(one: Pick<Case, "subject">): string {
  return one.subject || t("cases.no_subject");
}

export function customerOf(one: Pick<Case, "customer">): string {
  return one.customer.name || one.customer.email || t("customer.unnamed");
}

/** Seen only where it is out of the ordinary. */
export function PriorityTag({ of: { priority } }: { of: Pick<Case, "priority"> }): JSX.Element | null {
  if (priority === "normal") return null;
  return (
    <span class="tag" data-priority={priority}>
      {t(`cases.priority.${priority}`)}
    </span>
  );
}

export function StatusTag({ of: { status } }: { of: Pick<Case, "status"> }): JSX.Element {
  return (
    <span class="tag" data-status={status}>
      {t(`cases.status.${status}`)}
    </span>
  );
}
