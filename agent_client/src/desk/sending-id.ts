import { useRef } from "preact/hooks";

import { newId } from "../live/ids";

interface SendingId {
  /** The same words sent again, because no answer came, are the same sending; other words are another. */
  of: (words: string) => string;
  /** It arrived: the same words are new again. */
  renew: () => void;
}

export function useSendingId(): SendingId {
  const last = useRef({ words: "", id: newId() });
  return {
    of(words) {
      if (last.current.words !== words) last.current = { words, id: newId() };
      return last.current.id;
    },
    renew() {
      last.current = { words: "", id: newId() };
    },
  };
}
