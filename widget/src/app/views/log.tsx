import type { Conversation } from "@usher/protocol";
import type { ComponentChildren, JSX, TargetedEvent } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Outgoing } from "../outbox";
import { rowsOf } from "../rows";
import { RowView } from "./bubble";
import { Icon } from "./icons";
import { useWidget } from "./widget";

/** This near the end counts as reading along. */
const NEAR_PX = 60;

interface LogProps {
  conversation: Conversation | null;
  outbox: readonly Outgoing[];
  /** Below the messages, scrolled with them. */
  children?: ComponentChildren;
}

/** The messages. Stays at the end while the customer reads there, stays put while they read further up. */
export function Log({ conversation, outbox, children }: LogProps): JSX.Element {
  const { chat, words, open } = useWidget();
  const box = useRef<HTMLDivElement>(null);
  const atEnd = useRef(true);
  const fromEnd = useRef(0);
  const [seenN, setSeenN] = useState(0);
  const rows = rowsOf(conversation, outbox);
  const lastN = conversation?.last_n ?? 0;
  const fresh = seenN ? newSince(conversation, seenN) : 0;

  const toEnd = (): void => {
    if (box.current) box.current.scrollTop = box.current.scrollHeight;
  };

  // Sending is reading along: an own message is always brought into view.
  useLayoutEffect(() => {
    if (atEnd.current || outbox.length) toEnd();
  }, [lastN, outbox.length, open, children, chat.state.typing]);

  // Earlier messages come in above: what was in view stays in view.
  const firstN = conversation?.messages[0]?.n;
  useLayoutEffect(() => {
    if (box.current && !atEnd.current) box.current.scrollTop = box.current.scrollHeight - fromEnd.current;
  }, [firstN]);

  useEffect(() => {
    if (atEnd.current) setSeenN(lastN);
    const read = (): void => {
      if (open && atEnd.current && document.visibilityState === "visible") chat.read();
    };
    read();
    document.addEventListener("visibilitychange", read);
    return () => document.removeEventListener("visibilitychange", read);
  }, [chat, lastN, open, chat.state.phase]);

  const scrolled = ({ currentTarget: el }: TargetedEvent<HTMLDivElement>): void => {
    fromEnd.current = el.scrollHeight - el.scrollTop;
    atEnd.current = fromEnd.current - el.clientHeight < NEAR_PX;
    if (!atEnd.current) return;
    if (seenN !== lastN) setSeenN(lastN);
    chat.read();
  };

  return (
    <div class="log-frame">
      <div ref={box} class="log" onScroll={scrolled} tabIndex={0} role="log" aria-label={words.t("messages")}>
        {conversation?.more && <Older conversation={conversation} />}
        {rows.map((row) => (
          <RowView key={row.key} row={row} />
        ))}
        {children}
      </div>
      {fresh > 0 && (
        <button class="pill" onClick={toEnd}>
          <Icon name="down" />
          {words.count("fresh", fresh)}
        </button>
      )}
    </div>
  );
}

function newSince(conversation: Conversation | null, n: number): number {
  return conversation?.messages.filter((m) => m.n > n && m.kind === "text" && m.author !== "customer").length ?? 0;
}

function Older({ conversation }: { conversation: Conversation }): JSX.Element {
  const { chat, words } = useWidget();
  const [busy, setBusy] = useState(false);
  const fetchOlder = async (): Promise<void> => {
    setBusy(true);
    await chat.older(conversation);
    setBusy(false);
  };
  return (
    <button class="link older" disabled={busy} onClick={() => void fetchOlder()}>
      {words.t("older")}
    </button>
  );
}
