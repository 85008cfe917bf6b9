import type { SuggestedMerge } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { done } from "../live/commands";
import { go, pathOf } from "../router";
import { changes } from "./changes";
import { useFetched } from "./fetched";
import { kindLabel, nameOf, valueLabel } from "./names";
import { fetchSuggestions, mergeCustomers, refuseMerge } from "./requests";
import { t } from "./words";

/** In the place of a customer's id in the address. */
export const SUGGESTIONS = "pairs";

/** Everybody who may be one person, for people to decide. */
export function Suggestions(): JSX.Element {
  const pairs = useFetched(String(changes.value), fetchSuggestions).value;
  if (pairs.is === "loading") return <p class="faint">{t("line.loading")}</p>;
  if (pairs.is === "failed") return <p class="faint">{t("customers.failed")}</p>;
  return (
    <article class="customer-view">
      <h1>{t("customers.may_be_one")}</h1>
      {pairs.value.length === 0 && <p class="faint">{t("customers.suggestions_none")}</p>}
      <PairList pairs={pairs.value} onSettled={() => (changes.value += 1)} />
    </article>
  );
}

/** of: the customer in view, of whom the other one of each pair is named. */
export function PairList({ pairs, of, onSettled }: { pairs: readonly SuggestedMerge[]; of?: string; onSettled: () => void }): JSX.Element {
  const busy = useSignal(false);
  const settle = async (work: Promise<unknown>): Promise<void> => {
    busy.value = true;
    const isDone = await done(work);
    busy.value = false;
    if (isDone) onSettled();
  };
  return (
    <ul class="pairs">
      {pairs.map((pair) => {
        const [kept, other] = pair.other.customer_id === of ? [pair.other, pair.one] : [pair.one, pair.other];
        return (
          <li key={`${pair.one.customer_id} ${pair.other.customer_id}`} class="pair">
            <p>
              {of === undefined && (
                <>
                  <Who id={kept.customer_id} name={nameOf(kept)} /> · <Who id={other.customer_id} name={nameOf(other)} />
                </>
              )}
              {of !== undefined && t("customers.may_be", { name: nameOf(other) })}
              <br />
              <span class="faint small">{t("customers.because", { kind: kindLabel(pair.kind), value: valueLabel(pair.kind, pair.value) })}</span>
            </p>
            <div class="pair-acts">
              <button type="button" class="button" disabled={busy.value} onClick={() => void settle(mergeCustomers(kept.customer_id, other.customer_id))}>
                {t("customers.merge")}
              </button>
              <button type="button" class="button quiet" disabled={busy.value} onClick={() => void settle(refuseMerge(pair))}>
                {t("customers.not_same")}
              </button>
            </div>
          </li>
        );
      })}
    </ul>
  );
}

function Who({ id, name }: { id: string; name: string }): JSX.Element {
  return (
    <a
      href={pathOf({ page: "customers", path: [id] })}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        go({ page: "customers", path: [id] });
      }}
    >
      {name}
    </a>
  );
}
