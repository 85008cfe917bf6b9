import type { BoardAgent } from "@usher/protocol";

import { statusLabel } from "../i18n/labels";
import { t } from "./words";

export interface Mark {
  name: "next" | "draining" | "ramping";
  text: string;
}

/** What an agent does out of the ordinary: nothing of it is wrong, all of it explains why work does not come. */
export function marksOf(agent: BoardAgent): Mark[] {
  const marks: Mark[] = [];
  if (agent.next_status) marks.push({ name: "next", text: t("status.then", { status: statusLabel(agent.next_status) }) });
  if (agent.draining) marks.push({ name: "draining", text: t("mark.draining") });
  if (agent.ramping) marks.push({ name: "ramping", text: t("mark.ramping") });
  return marks;
}
