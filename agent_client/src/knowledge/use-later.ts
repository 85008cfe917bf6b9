import { useEffect } from "preact/hooks";
import { useSignal } from "@preact/signals";

/** A text as it was when it last stood still for so long; at once for the first. */
export function useLater(text: string, ms: number): string {
  const settled = useSignal(text);
  useEffect(() => {
    const timer = setTimeout(() => (settled.value = text), ms);
    return () => {
      clearTimeout(timer);
    };
  }, [text, ms, settled]);
  return settled.value;
}
