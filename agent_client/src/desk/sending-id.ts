import { useRef } from "preact/hooks";

import { newId } from "../live/ids";

interface SendingId {
  /** The same words sent again, because no answer came, are the same sending; other words are another. */
  of: (words: string) => string;
  /** It arrived: the same words are new again. */
  renew: () => void;
}

/** seen: what is sent shows on the page, though its answer may be lost: it arrived. */
export function useSendingId(seen = false): SendingId {
  const sending = (useRef<SendingId | null>(null).current ??= sendingId());
  if (seen) sending.renew();
  return sending;
}

export function sendingId(): SendingId {
  let last = { words: "", id: newId() };
  return {
    of(words) {
      if (last.words !== words) last = { words, id: newId() };
      return last.id;
    },
    renew() {
      last = { words: "", id: newId() };
    },
  };
}
