import type { SourceFacts } from "@usher/protocol";
import type { JSX } from "preact";

import type { About } from "../context/about";
import { go, pathOf } from "../router";
import { useFetched } from "./fetched";
import { fetchFacts } from "./requests";
import { t } from "./words";
import "./customers.css";

/** What data sources know of a customer, one panel each. */
export function Facts({ customerId }: { customerId: string }): JSX.Element | null {
  const known = useFetched(customerId, () => fetchFacts(customerId)).value;
  if (known.is !== "there") return null;
  return (
    <>
      {known.value.map((source) => (
        <section key={source.source} class="panel customer-panel">
          <h2>{source.title}</h2>
          <Rows source={source} />
        </section>
      ))}
    </>
  );
}

/** The same beside a conversation, and the way to the customer's page. */
export function CustomerBeside({ about: { customer_id: customerId } }: { about: About }): JSX.Element {
  const known = useFetched(customerId, () => fetchFacts(customerId)).value;
  const to = { page: "customers" as const, path: [customerId] };
  return (
    <>
      {known.is === "loading" && <p class="faint small">{t("line.loading")}</p>}
      {known.is === "there" &&
        known.value.map((source) => (
          <section key={source.source} class="source">
            <h4>{source.title}</h4>
            <Rows source={source} />
          </section>
        ))}
      <a
        class="button"
        href={pathOf(to)}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          go(to);
        }}
      >
        {t("customers.open_page")}
      </a>
    </>
  );
}

function Rows({ source: { state, rows } }: { source: SourceFacts }): JSX.Element {
  if (state !== "found") return <p class="faint small">{t(state === "missing" ? "customers.facts_missing" : "customers.facts_away")}</p>;
  return (
    <>
      {rows.map((row, index) => (
        <dl key={index} class="facts source-row">
          {row.map(({ label, value }) => (
            <>
              <dt>{label}</dt>
              <dd>{value}</dd>
            </>
          ))}
        </dl>
      ))}
    </>
  );
}
