import type { Call, CallLeg } from "@usher/protocol";
import { computed } from "@preact/signals";

import { t } from "../i18n/language";
import { calls, me } from "../live/store";

/** The call I speak in, or am about to. */
export const currentCall = computed<Call | null>(() => {
  const all = [...calls.value.values()].filter((call) => call.state !== "ended");
  return all.find((call) => myLeg(call) !== null) ?? all[0] ?? null;
});

export function callOf(workItemId: string): Call | null {
  return [...calls.value.values()].find((call) => call.work_item_id === workItemId && call.state !== "ended") ?? null;
}

export function may(call: Call, action: Call["actions"][number]): boolean {
  return call.actions.includes(action);
}

export function myLeg(call: Call): CallLeg | null {
  return call.legs.find((leg) => leg.agent_id === me.value?.agent_id && leg.state !== "gone") ?? null;
}

/** Whom the call is with, as far as it is known. */
export function partnerName(call: Call): string {
  const customer = call.legs.find((leg) => leg.role === "customer");
  return customer?.name || call.number || t("call.withheld");
}
