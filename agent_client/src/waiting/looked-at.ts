import { CommandError, type WaitingItem } from "@usher/protocol";
import { useEffect } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";

import { fetchWaiting, tell } from "../live/commands";

const LOOKED_AT_EVERY_MS = 5_000;

/** Who waits in a queue ("": in mine), looked at again and again; null until it is known. turn: another one looks at once. */
export function useWaiting(queue: string, turn = 0): ReadonlySignal<readonly WaitingItem[] | null> {
  const items = useSignal<readonly WaitingItem[] | null>(null);
  useEffect(() => {
    const look = (): void => {
      fetchWaiting(queue).then(
        (answer) => (items.value = answer),
        (error: unknown) => {
          if (!(error instanceof CommandError)) throw error;
          if (items.peek() === null) tell(error);
        },
      );
    };
    look();
    const timer = setInterval(look, LOOKED_AT_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [queue, items, turn]);
  return items;
}
