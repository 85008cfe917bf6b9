import type { CustomerPage } from "@usher/protocol";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

import { languageName, shortDate } from "../i18n/times";
import { errorKey } from "../live/commands";
import { overseer } from "../live/store";
import { go } from "../router";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Menu } from "../ui/menu";
import { changes } from "./changes";
import { Facts } from "./customer-sources";
import { ClaimDialog, EraseDialog, MergeDialog, RenameDialog } from "./dialogs";
import { type Fetched, useFetched } from "./fetched";
import { Identities, Records } from "./known-by";
import { nameOf } from "./names";
import { fetchCustomer } from "./requests";
import { Sightings } from "./sightings";
import { PairList } from "./suggestions";
import { Timeline } from "./timeline";
import { t } from "./words";

type Asking = "rename" | "claim" | "merge" | "erase" | "sightings" | null;

/** Everything about one customer. */
export function CustomerView({ customerId }: { customerId: string }): JSX.Element {
  const turn = useSignal(0);
  const fetched = useFetched(`${customerId} ${turn.value}`, () => fetchCustomer(customerId));
  const now = fetched.value;
  if (now.is === "loading") return <p class="faint">{t("line.loading")}</p>;
  if (now.is === "failed") return <p class="empty">{t(errorKey(now.code))}</p>;
  return (
    <Known
      customer={now.value}
      into={fetched}
      onChanged={() => {
        turn.value += 1;
        changes.value += 1;
      }}
    />
  );
}

function Known({ customer, into, onChanged }: { customer: CustomerPage; into: Signal<Fetched<CustomerPage>>; onChanged: () => void }): JSX.Element {
  const asking = useSignal<Asking>(null);
  const article = useRef<HTMLElement>(null);
  const { card, records } = customer;
  const settled = (): void => {
    article.current?.focus(); // what was pressed goes
    onChanged();
  };
  const take = (page: CustomerPage): void => {
    into.value = { is: "there", value: page };
    asking.value = null;
    changes.value += 1;
  };
  const close = (): void => {
    asking.value = null;
  };
  return (
    <article ref={article} class="customer-view" tabIndex={-1} aria-label={nameOf(card)}>
      <button type="button" class="button quiet customer-back" onClick={() => go({ page: "customers", path: [] })}>
        <Icon name="back" /> {t("customers.find")}
      </button>
      <Head customer={customer} asking={asking} />
      {customer.erasing && <p role="status">{t(customer.erasing_stuck ? "customers.erasing_stuck" : "customers.erasing")}</p>}
      {customer.suggested.length > 0 && (
        <section class="panel customer-panel">
          <h2>{t("customers.may_be_one")}</h2>
          <PairList pairs={customer.suggested} of={card.customer_id} onSettled={settled} />
        </section>
      )}
      <div class="customer-columns">
        <section class="panel customer-panel">
          <h2>{t("customers.timeline")}</h2>
          {/* Anew when they become one with others, or two again. */}
          <Timeline key={records.map((one) => one.customer_id).join(" ")} customerId={card.customer_id} />
        </section>
        <div class="customer-facts">
          <section class="panel customer-panel">
            <h2>{t("customers.identities")}</h2>
            <Identities identities={customer.identities} />
            <button type="button" class="button" onClick={() => (asking.value = "claim")}>
              {t("customers.add")}
            </button>
          </section>
          {records.length > 1 && (
            <section class="panel customer-panel">
              <h2>{t("customers.records")}</h2>
              <Records customer={customer} onParted={settled} />
            </section>
          )}
          <Facts customerId={card.customer_id} />
        </div>
      </div>
      {asking.value === "rename" && <RenameDialog card={card} onDone={take} onClose={close} />}
      {asking.value === "claim" && <ClaimDialog card={card} onDone={take} onClose={close} />}
      {asking.value === "merge" && <MergeDialog card={card} onDone={take} onClose={close} />}
      {asking.value === "sightings" && <Sightings customerId={card.customer_id} onClose={close} />}
      {asking.value === "erase" && (
        <EraseDialog
          card={card}
          onDone={() => {
            close();
            onChanged();
          }}
          onClose={close}
        />
      )}
    </article>
  );
}

function Head({ customer: { card, stage, created_at: since, open }, asking }: { customer: CustomerPage; asking: Signal<Asking> }): JSX.Element {
  return (
    <header class="customer-head">
      <Avatar id={card.customer_id} name={card.name} />
      <div class="grow clip-box">
        <h1 class="clip">{nameOf(card)}</h1>
        <p class="faint small">
          <span class="tag">{t(`customers.stage.${stage}`)}</span> {t("customers.since", { day: shortDate(since) })}
          {card.language !== "" && ` · ${languageName(card.language)}`}
          {open > 0 && ` · ${t("customers.open_now", { count: open })}`}
        </p>
      </div>
      <Menu button={<Icon name="menu" />} label={t("customers.more")} class="button quiet square" align="end">
        <Item text={t("customers.rename")} onChoose={() => (asking.value = "rename")} />
        <Item text={t("customers.merge_with")} onChoose={() => (asking.value = "merge")} />
        {overseer.value && (
          <>
            <Item text={t("customers.sightings")} onChoose={() => (asking.value = "sightings")} />
            <Item text={t("customers.export")} onChoose={() => location.assign(`/api/customers/${card.customer_id}/export`)} />
            <Item text={t("customers.erase")} onChoose={() => (asking.value = "erase")} />
          </>
        )}
      </Menu>
    </header>
  );
}

function Item({ text, onChoose }: { text: string; onChoose: () => void }): JSX.Element {
  return (
    <button type="button" role="menuitem" class="menu-item" onClick={onChoose}>
      {text}
    </button>
  );
}
