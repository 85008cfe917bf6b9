import type { CustomerFound } from "@usher/protocol";
import type { JSX } from "preact";
import { useEffect, useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { go, pathOf } from "../router";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { changes } from "./changes";
import { useFetched } from "./fetched";
import { nameOf } from "./names";
import { Since } from "./since";
import { fetchSuggestions, findCustomers } from "./requests";
import { SUGGESTIONS } from "./suggestions";
import { t } from "./words";

/** Typing rests for so long before it is asked. */
const REST_MS = 200;

export function CustomerList({ chosen }: { chosen: string }): JSX.Element {
  const typed = useSignal("");
  const query = useSignal("");
  const field = useId();
  useEffect(() => {
    const timer = setTimeout(() => (query.value = typed.value.trim()), REST_MS);
    return () => clearTimeout(timer);
  }, [typed.value, query]);
  return (
    <section class="customer-list">
      <div class="field-with-icon customer-search">
        <Icon name="search" />
        <label class="only-heard" for={field}>
          {t("customers.find")}
        </label>
        <input
          id={field}
          class="field"
          type="search"
          placeholder={t("customers.find_hint")}
          value={typed.value}
          onInput={({ currentTarget }) => (typed.value = currentTarget.value)}
        />
      </div>
      <Pairs chosen={chosen} />
      <Found query={query.value} chosen={chosen} />
    </section>
  );
}

function Found({ query, chosen }: { query: string; chosen: string }): JSX.Element {
  const found = useFetched(`${query} ${changes.value}`, () => findCustomers(query)).value;
  if (found.is === "loading") return <p class="faint small customer-note">{t("line.loading")}</p>;
  if (found.is === "failed") return <p class="faint small customer-note">{t("customers.failed")}</p>;
  const none = query === "" ? t("customers.nobody") : t("customers.none", { query });
  return (
    <>
      <h2 class="list-head">{query === "" ? t("customers.newest") : t("customers.found")}</h2>
      <p class="faint small customer-note" role="status">
        {found.value.length === 0 && none}
      </p>
      <ul class="rows">
        {found.value.map((one) => (
          <li key={one.card.customer_id}>
            <Row customer={one} here={one.card.customer_id === chosen} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ customer: { card, identities, stage, created_at }, here }: { customer: CustomerFound; here: boolean }): JSX.Element {
  const known = identities.map((one) => one.value).filter((value) => value !== card.name);
  return (
    <a class="row" href={pathOf({ page: "customers", path: [card.customer_id] })} aria-current={here ? "page" : undefined} onClick={(event) => follow(event, card.customer_id)}>
      <Avatar id={card.customer_id} name={card.name} />
      <span class="row-text">
        <strong class="clip">{nameOf(card)}</strong>
        <span class="row-line faint small">
          <span class="clip grow">{known.slice(0, 2).join(" · ") || t(stage === "unknown" ? "customers.unreachable" : `customers.stage.${stage}`)}</span>
          <Since at={created_at} />
        </span>
      </span>
    </a>
  );
}

/** The way to those who may be one person, where there are any. */
function Pairs({ chosen }: { chosen: string }): JSX.Element | null {
  const pairs = useFetched(`${chosen} ${changes.value}`, fetchSuggestions).value;
  if (pairs.is !== "there" || pairs.value.length === 0) return null;
  return (
    <a
      class="button quiet customer-pairs"
      href={pathOf({ page: "customers", path: [SUGGESTIONS] })}
      aria-current={chosen === SUGGESTIONS ? "page" : undefined}
      onClick={(event) => follow(event, SUGGESTIONS)}
    >
      <Icon name="info" /> {t("customers.suggestions", { count: pairs.value.length })}
    </a>
  );
}

function follow(event: MouseEvent, to: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  go({ page: "customers", path: [to] });
}
