import { type AnyResult, CommandError } from "@usher/protocol";
import { useEffect, useRef } from "preact/hooks";
import { type ReadonlySignal, useSignal } from "@preact/signals";

import { command } from "../live/link";
import { phase } from "../live/store";

type Frame = Parameters<typeof command>[0];
type Of<Type extends AnyResult["type"]> = Extract<AnyResult, { type: Type }>;

/** Ask, and get this kind of result. Rejects with CommandError. */
export async function ask<Type extends AnyResult["type"]>(frame: Frame, type: Type): Promise<Of<Type>> {
  const result = await command(frame);
  if (result?.type !== type) throw new Error(`asked for ${type}, got ${result?.type ?? "nothing"}`);
  return result as Of<Type>;
}

export type Asked<Value> = { is: "loading" } | { is: "failed" } | { is: "there"; value: Value };

/**
 * What is asked of the server while a component shows: again when `about` is another, and when the line is back after
 * a failure. What was there stays until the new is.
 */
export function useAsked<Value>(about: string, load: () => Promise<Value>): ReadonlySignal<Asked<Value>> {
  const asked = useSignal<Asked<Value>>({ is: "loading" });
  const online = phase.value === "online";
  const latest = useRef(load);
  useEffect(() => {
    latest.current = load;
  });
  useEffect(() => {
    if (!online) return undefined;
    let current = true;
    latest.current().then(
      (value) => {
        if (current) asked.value = { is: "there", value };
      },
      (error: unknown) => {
        if (!(error instanceof CommandError)) throw error;
        if (current) asked.value = { is: "failed" };
      },
    );
    return () => {
      current = false;
    };
  }, [about, online, asked]);
  return asked;
}
