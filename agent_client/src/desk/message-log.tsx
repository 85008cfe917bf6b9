import type { Assignment, Receipts } from "@usher/protocol";
import type { JSX, VNode } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { language, t } from "../i18n/language";
import { dayOf } from "../i18n/times";
import { fetchOlder } from "../live/commands";
import { me } from "../live/store";
import { type Row, rowsOf, sameRow } from "../state/groups";
import { Icon } from "../ui/icon";
import { type Mark, MessageRow } from "./message-row";
import { Outgoings } from "./outgoings";
import { useReading } from "./reading";
import { TypingLine } from "./typing-line";

/** How near the end counts as being there. */
const NEAR_PX = 80;

/**
 * All that was said. Stays at the end while one is there; else new messages wait behind a button, and what is being
 * read does not move, whichever end grows.
 */
export function MessageLog({ assignment }: { assignment: Assignment }): JSX.Element {
  const { conversation } = assignment;
  const { messages, more, receipts, conversation_id: id } = conversation;
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  const { newFromN, unseen } = useReading(conversation, atEnd);
  const rows = useMemo(() => rowsOf(messages, newFromN, dayOf), [messages, newFromN]);
  useSteadyScroll(box, atEnd, messages.length, messages[0]?.n);
  const toEnd = (): void => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  };
  return (
    <div class="log-frame">
      <div
        ref={box}
        class="log"
        role="log"
        aria-label={t("conversation.log")}
        tabIndex={0}
        onScroll={(event) => (atEnd.value = isAtEnd(event.currentTarget))}
      >
        {more && <Older conversationId={id} beforeN={messages[0]?.n ?? conversation.last_n + 1} />}
        {useDrawn(rows, receipts)}
        <Outgoings conversationId={id} onGrow={toEnd} />
        <TypingLine conversationId={id} />
      </div>
      {!atEnd.value && (
        <button type="button" class="button to-end" data-new={unseen > 0} onClick={toEnd}>
          <Icon name="skip" size={14} />
          {unseen > 0 ? t("message.new_count", { count: unseen }) : t("message.to_end")}
        </button>
      )}
    </div>
  );
}

interface Drawn {
  row: Row;
  node: VNode;
}

/** Rows that are as they were keep their drawing: of 2,000 messages only the last is drawn again. */
function useDrawn(rows: readonly Row[], receipts: Receipts): VNode[] {
  const drawn = useRef<ReadonlyMap<string, Drawn>>(new Map());
  const self = me.value?.agent_id ?? "";
  const next = new Map<string, Drawn>();
  for (const row of rows) {
    const mark = markOf(row, receipts, self);
    const key = `${row.kind} ${row.key} ${mark ?? ""} ${language.value}`;
    const known = drawn.current.get(key);
    const node = known && sameRow(known.row, row) ? known.node : <MessageRow key={`${row.kind} ${row.key}`} row={row} mark={mark} />;
    next.set(key, { row, node });
  }
  drawn.current = next;
  return [...next.values()].map((one) => one.node);
}

function markOf(row: Row, receipts: Receipts, self: string): Mark | null {
  const last = row.kind === "group" ? row.messages.at(-1) : undefined;
  // What a provider carries says itself how far it is, message by message.
  if (!last || last.kind !== "text" || last.author_id !== self || last.delivery) return null;
  if (last.n <= receipts.customer_read_n) return "read";
  return last.n <= receipts.customer_delivered_n ? "delivered" : "sent";
}

function Older({ conversationId, beforeN }: { conversationId: string; beforeN: number }): JSX.Element {
  const busy = useSignal(false);
  const load = async (): Promise<void> => {
    busy.value = true;
    await fetchOlder(conversationId, beforeN);
    busy.value = false;
  };
  return (
    <button type="button" class="button quiet older" disabled={busy.value} onClick={() => void load()}>
      {t(busy.value ? "message.older_loading" : "message.older")}
    </button>
  );
}

/** height: of all there is to scroll, by default as it is now. */
function isAtEnd(box: HTMLElement, height = box.scrollHeight): boolean {
  return height - box.scrollTop - box.clientHeight < NEAR_PX;
}

/** Before the eye sees a change: follow the end, or keep the place when older messages came above it. */
function useSteadyScroll(
  box: { readonly current: HTMLElement | null },
  atEnd: Signal<boolean>,
  count: number,
  firstN: number | undefined,
): void {
  const before = useRef<{ firstN: number | undefined; height: number } | null>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const known = before.current;
    // Measured, not remembered: a scroll of this very frame has not been told yet.
    atEnd.value = known === null || isAtEnd(element, known.height);
    const grownAbove = known?.firstN !== undefined && firstN !== undefined && firstN < known.firstN;
    if (grownAbove) element.scrollTop += element.scrollHeight - known.height;
    else if (atEnd.peek()) element.scrollTop = element.scrollHeight;
    before.current = { firstN, height: element.scrollHeight };
  }, [box, atEnd, count, firstN]);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    // The composer grows, the window turns: the end stays the end.
    const sizes = new ResizeObserver(() => {
      if (atEnd.peek()) element.scrollTop = element.scrollHeight;
    });
    sizes.observe(element);
    return () => {
      sizes.disconnect();
    };
  }, [box, atEnd]);
}
