import type { Conversation } from "@usher/protocol";
import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { sayRead } from "../live/commands";
import { phase } from "../live/store";

interface Reading {
  /** Where the divider "new" goes: what was unread when the conversation came into view. */
  newFromN: number | null;
  /** Messages of the customer that came while I looked further up. */
  unseen: number;
}

/** Says "read" for what is truly before my eyes: page in front, conversation open, its end in view. */
export function useReading(conversation: Conversation, atEnd: ReadonlySignal<boolean>): Reading {
  const { conversation_id: id, receipts, messages } = conversation;
  const looking = useLooking();
  const newFromN = useRef(firstNew(conversation));
  const said = useRef(receipts.agent_read_n);
  const lastTheirs = messages.findLast((one) => one.author === "customer")?.n ?? 0;
  const sees = looking.value && atEnd.value && phase.value === "online";
  useEffect(() => {
    // What was said on a line that then broke may never have arrived.
    if (phase.peek() !== "online") said.current = 0;
    const known = Math.max(said.current, receipts.agent_read_n);
    // The end may have moved out of view by what was just drawn.
    if (sees && atEnd.peek() && lastTheirs > known && sayRead(id, lastTheirs)) said.current = lastTheirs;
  }, [id, sees, atEnd, lastTheirs, receipts.agent_read_n]);
  const seenN = Math.max(said.current, receipts.agent_read_n);
  return {
    newFromN: newFromN.current,
    unseen: messages.filter((one) => one.author === "customer" && one.n > seenN).length,
  };
}

/** null: all is read, or nothing is and a divider would divide nothing. */
function firstNew({ messages, receipts }: Conversation): number | null {
  if (receipts.agent_read_n === 0) return null;
  return messages.find((one) => one.author === "customer" && one.n > receipts.agent_read_n)?.n ?? null;
}

/** Whether the person looks at this page. */
function useLooking(): ReadonlySignal<boolean> {
  const looking = useSignal(isLooking());
  useEffect(() => {
    const look = (): void => {
      looking.value = isLooking();
    };
    look();
    const events = ["focus", "blur", "visibilitychange"] as const;
    for (const name of events) addEventListener(name, look, true);
    return () => {
      for (const name of events) removeEventListener(name, look, true);
    };
  }, [looking]);
  return looking;
}

function isLooking(): boolean {
  return document.visibilityState === "visible" && document.hasFocus();
}
