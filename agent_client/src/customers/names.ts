import type { CustomerCard } from "@usher/protocol";

import { channelLabel } from "../i18n/labels";
import { isKey, t } from "./words";

/** What a customer is called by staff. */
export function nameOf({ name, email }: Pick<CustomerCard, "name" | "email">): string {
  return name || email || t("customer.unnamed");
}

/** A kind of identity: a channel, or one of those that are no channel's own. */
export function kindLabel(kind: string): string {
  const key = `customers.kind.${kind}`;
  return isKey(key) ? t(key) : channelLabel(kind);
}

/** An account at a site is shown as "site: id". */
export function valueLabel(kind: string, value: string): string {
  return kind === "member" ? value.replace(":", ": ") : value;
}
