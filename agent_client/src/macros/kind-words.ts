import type { MacroAction } from "@usher/protocol";

import { t } from "../knowledge/words";

/** What an action does, in a few words. */
export function kindWords(kind: MacroAction["do"]): string {
  return t(`macro.do.${kind}`);
}
