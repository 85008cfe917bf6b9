import type { Conversation } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { wordsOf } from "../rows";
import { Icon } from "./icons";
import { Log } from "./log";
import { useWidget } from "./widget";

/** This visitor's conversations and their state, newest first. */
export function Past(): JSX.Element {
  const { chat, words, go } = useWidget();
  const current = chat.state.conversation?.conversation_id;
  useEffect(() => void chat.listPast(), [chat, current, chat.state.phase]);
  const open = ({ conversation_id }: Conversation): void =>
    go(conversation_id === current ? { name: "thread" } : { name: "earlier", conversationId: conversation_id });

  if (!chat.past) return <p class="screen empty">{words.t(chat.state.phase === "offline" ? "offline" : "connecting")}</p>;
  if (!chat.past.length) return <p class="screen empty">{words.t("past_none")}</p>;
  return (
    <ul class="screen past">
      {chat.past.map((conversation, i) => (
        <li key={conversation.conversation_id}>
          <button class="row" {...(i === 0 && { "data-first": true })} onClick={() => open(conversation)}>
            <span class="grow">
              <b class="clip">{previewOf(conversation)}</b>
              <small>
                {words.day(conversation.started_at, chat.serverNow())}, {words.time(conversation.started_at)}
              </small>
            </span>
            <span class={`state ${conversation.state}`}>{words.t(conversation.state === "open" ? "open" : "ended")}</span>
            <Icon name="forward" />
          </button>
        </li>
      ))}
    </ul>
  );
}

function previewOf({ messages }: Conversation): string {
  const last = messages.findLast((message) => message.kind === "text");
  return (last && wordsOf(last)) || "…";
}

/** An earlier conversation, to be read. */
export function Earlier({ conversationId }: { conversationId: string }): JSX.Element {
  const { chat, words } = useWidget();
  const found = chat.past?.find((conversation) => conversation.conversation_id === conversationId);
  if (!found) return <p class="screen empty">{words.t("past_none")}</p>;
  return (
    <div class="screen thread">
      <Log conversation={found} outbox={[]}>
        <p class="line">{words.t(found.state === "closed" ? "over" : "open")}</p>
      </Log>
    </div>
  );
}
