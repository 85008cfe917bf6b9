import type { Offer } from "@usher/protocol";

/** How long an offer that accepts itself rings first, as a warning; a person may still decline it. */
export const WARNING_MS = 3_000;

interface AutoAccepting {
  /** What rings now: each offer that accepts itself is accepted once its warning is over, unless it is gone by then. */
  follow: (offers: readonly Offer[]) => void;
  stop: () => void;
}

/** Every tab does so: accepting twice is accepted once. A ring time too short for the warning is halved. */
export function autoAccepting(accept: (offerId: string) => void): AutoAccepting {
  const warned = new Map<string, ReturnType<typeof setTimeout>>();
  return {
    follow(offers) {
      const ringing = new Set(offers.map((one) => one.offer_id));
      for (const [offerId, timer] of warned) {
        if (ringing.has(offerId)) continue;
        clearTimeout(timer);
        warned.delete(offerId);
      }
      for (const { offer_id: offerId, auto, ring_ms } of offers) {
        if (auto && !warned.has(offerId))
          warned.set(offerId, setTimeout(accept, Math.min(WARNING_MS, ring_ms / 2), offerId));
      }
    },
    stop() {
      warned.forEach((timer) => clearTimeout(timer));
      warned.clear();
    },
  };
}
