import { useEffect, useMemo, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

const SORT_EVERY_MS = 10_000;

/**
 * An order that does not jump: known ids keep their places, gone ones leave, new ones join at the end, and only
 * `resort` puts all into the wanted order.
 */
export function settledOrder(shown: readonly string[], wanted: readonly string[], resort: boolean): readonly string[] {
  if (resort || shown.length === 0) return wanted;
  const present = new Set(wanted);
  const known = new Set(shown);
  const kept = shown.filter((id) => present.has(id));
  const added = wanted.filter((id) => !known.has(id));
  return added.length === 0 && kept.length === shown.length ? shown : [...kept, ...added];
}

interface Steady {
  order: readonly string[];
  /** For the element whose rows these are: while somebody points at it or is in it with the keys, nothing moves. */
  hold: { onPointerEnter: () => void; onPointerLeave: () => void };
}

/** Sorts every ten seconds, never under the pointer. `key`: what of the choice of rows (a filter) makes it a new list. */
export function useSteadyOrder(wanted: readonly string[], key: string): Steady {
  const turn = useSignal(0);
  const held = useRef(false);
  const shown = useRef<{ order: readonly string[]; turn: number; key: string }>({ order: [], turn: -1, key });
  useEffect(() => {
    const timer = setInterval(() => {
      if (!held.current) turn.value += 1;
    }, SORT_EVERY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [turn]);
  const resort = shown.current.turn !== turn.value || shown.current.key !== key;
  shown.current = { order: settledOrder(shown.current.order, wanted, resort), turn: turn.value, key };
  const hold = useMemo(
    () => ({ onPointerEnter: () => void (held.current = true), onPointerLeave: () => void (held.current = false) }),
    [],
  );
  return { order: shown.current.order, hold };
}
