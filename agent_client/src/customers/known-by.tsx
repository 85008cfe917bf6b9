import type { CustomerPage, KnownIdentity } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { exactTime, shortDate } from "../i18n/times";
import { done } from "../live/commands";
import { Icon } from "../ui/icon";
import { kindLabel, nameOf, valueLabel } from "./names";
import { partCustomers } from "./requests";
import { t } from "./words";

/** What leads to a customer, and how far it is proved. */
export function Identities({ identities }: { identities: readonly KnownIdentity[] }): JSX.Element {
  if (identities.length === 0) return <p class="faint small">{t("customers.no_identities")}</p>;
  return (
    <ul class="identities">
      {identities.map(({ kind, value, proof }) => (
        <li key={`${kind} ${value}`}>
          <span class="faint small">{kindLabel(kind)}</span>
          <span class="break">{valueLabel(kind, value)}</span>
          <span class="small with-icon" data-proof={proof}>
            <Icon name={proof === "channel" || proof === "signed" ? "check" : "info"} size={13} /> {t(`customers.proof.${proof}`)}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** Those who were found to be this customer, each with the way back. */
export function Records({ customer: { records }, onParted }: { customer: CustomerPage; onParted: () => void }): JSX.Element {
  const busy = useSignal(false);
  const part = async (customerId: string): Promise<void> => {
    busy.value = true;
    const isDone = await done(partCustomers(customerId));
    busy.value = false;
    if (isDone) onParted();
  };
  return (
    <ul class="records">
      {records.map((one) => (
        <li key={one.customer_id}>
          <span class="grow">
            {nameOf(one)} <span class="faint small">{shortDate(one.created_at)}</span>
            {one.merged_at !== null && one.merged_at !== undefined && (
              <>
                <br />
                <span class="faint small" title={exactTime(one.merged_at)}>
                  {one.merged_by ? t("customers.merged_by", { name: one.merged_by }) : t("customers.merged_proof", { kind: kindLabel(one.merged_kind ?? "") })}
                </span>
              </>
            )}
          </span>
          {one.merged_into !== "" && (
            <button type="button" class="button quiet small" disabled={busy.value} onClick={() => void part(one.customer_id)}>
              {t("customers.unmerge")}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
