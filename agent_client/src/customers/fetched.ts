import { CommandError } from "@usher/protocol";
import { useEffect, useRef } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { phase } from "../live/store";

export type Fetched<T> = { is: "loading" } | { is: "failed"; code: string } | { is: "there"; value: T };

/** What `load` brings, for this key; asked again when the key changes, or the line is back after a failure. */
export function useFetched<T>(key: string, load: () => Promise<T>): Signal<Fetched<T>> {
  const fetched = useSignal<Fetched<T>>({ is: "loading" });
  const online = phase.value === "online";
  // Another function on every draw: the key says when it asks for something else.
  const newest = useRef(load);
  newest.current = load;
  useEffect(() => {
    if (!online) return undefined;
    let wanted = true;
    newest.current().then(
      (value) => wanted && (fetched.value = { is: "there", value }),
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        if (wanted && error.code !== "stopped") fetched.value = { is: "failed", code: error.code };
      },
    );
    return () => {
      wanted = false;
    };
  }, [key, online, fetched]);
  return fetched;
}
