import { useEffect } from "preact/hooks";

import { fetchSteps } from "../live/steps";
import { phase } from "../live/store";

/** Know a conversation's steps while it is open; after a break of the line they are asked for anew. */
export function useSteps(conversationId: string): void {
  const online = phase.value === "online";
  useEffect(() => {
    if (online) void fetchSteps(conversationId);
  }, [conversationId, online]);
}
