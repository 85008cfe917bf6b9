import type { Message } from "@usher/protocol";

import type { State, TypingNow } from "./state";

/** Show or (null) hide that somebody is typing in a conversation. */
export function withTyping(state: State, conversationId: string, typing: TypingNow | null): State {
  if (typing === null && !(conversationId in state.typing)) return state;
  const others = Object.entries(state.typing).filter(([id]) => id !== conversationId);
  return { ...state, typing: Object.fromEntries(typing === null ? others : [...others, [conversationId, typing]]) };
}

/** Who typed has written: what the customer sends ends the sign that they are typing. */
export function typingUntilWritten(state: State, message: Message): State {
  return message.author === "customer" ? withTyping(state, message.conversation_id, null) : state;
}
