import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";

import { aboutWork } from "../context/about";
import { ContextColumn } from "../context/column";
import { t } from "../i18n/language";
import { settings } from "../live/settings";
import { assignments } from "../live/store";
import { go, openConversation } from "../router";
import { accepted, contextSheet, hasContextColumn, hasListColumn, selected } from "../shell/view";
import { lazyPart } from "../ui/lazy";
import { Conversation } from "./conversation";
import { WorkList } from "./work-list";

const Home = lazyPart(async () => (await import("../home/home")).Home);

/** List, conversation, context: three columns, two, or one at a time, as there is room. */
export function WorkPage(): JSX.Element {
  const assignment = selected.value;
  const wide = hasListColumn.value;
  useOpenFirst(wide);
  const context = assignment !== null && (hasContextColumn.value ? settings.value.context_open : contextSheet.value);
  return (
    <main class="work" data-context={context} tabIndex={-1}>
      {(wide || assignment === null) && <WorkList />}
      {assignment !== null && <Conversation key={assignment.conversation.conversation_id} assignment={assignment} />}
      {assignment === null && wide && <NothingOpen />}
      {assignment !== null && context && <ContextColumn key={assignment.work_item.work_item_id} about={aboutWork(assignment)} />}
    </main>
  );
}

/** With the list beside it, an empty place is of no use: open the first conversation, unless one is on its way. */
function useOpenFirst(wide: boolean): void {
  const first = assignments.value[0]?.conversation.conversation_id;
  const open = openConversation.value;
  const known = selected.value !== null;
  useLayoutEffect(() => {
    if (known) accepted.value = null;
    else if (open !== null && open === accepted.peek()) return;
    else if (wide && first !== undefined) go({ page: "work", conversation_id: first }, true);
    else if (open !== null) go({ page: "work", conversation_id: null }, true);
  }, [known, wide, first, open]);
}

/** Nobody to talk with: how things stand. */
function NothingOpen(): JSX.Element {
  return (
    <section class="conversation nothing" aria-label={t("page.home")}>
      <Home />
    </section>
  );
}
