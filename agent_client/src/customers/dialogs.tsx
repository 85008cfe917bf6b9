import type { CustomerCard, CustomerPage } from "@usher/protocol";
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { tell } from "../live/commands";
import { Avatar } from "../ui/avatar";
import { Dialog } from "../ui/dialog";
import { useFetched } from "./fetched";
import { kindLabel, nameOf } from "./names";
import { Since } from "./since";
import { CLAIMABLE, type Claimable, claimIdentity, eraseCustomer, findCustomers, mergeCustomers, renameCustomer } from "./requests";
import { t } from "./words";

interface Asked<T> {
  card: CustomerCard;
  onDone: (result: T) => void;
  onClose: () => void;
}

export function RenameDialog({ card, onDone, onClose }: Asked<CustomerPage>): JSX.Element {
  const name = useSignal(card.name);
  const id = useId();
  return (
    <FormDialog title={t("customers.rename")} save={t("customers.save")} ready={name.value.trim() !== ""} ask={() => renameCustomer(card.customer_id, name.peek())} onDone={onDone} onClose={onClose}>
      <label for={id}>{t("customers.name")}</label>
      <input id={id} class="field" autoFocus maxLength={200} value={name.value} onInput={({ currentTarget }) => (name.value = currentTarget.value)} />
    </FormDialog>
  );
}

export function ClaimDialog({ card, onDone, onClose }: Asked<CustomerPage>): JSX.Element {
  const kind = useSignal<Claimable>("phone");
  const value = useSignal("");
  const ids = useId();
  return (
    <FormDialog
      title={t("customers.claim_title")}
      save={t("customers.add")}
      ready={value.value.trim() !== ""}
      ask={() => claimIdentity(card.customer_id, kind.peek(), value.peek().trim())}
      onDone={onDone}
      onClose={onClose}
    >
      <p class="small faint">{t("customers.claim_help")}</p>
      <label for={`${ids}kind`}>{t("customers.kind")}</label>
      <select id={`${ids}kind`} class="field" value={kind.value} onChange={({ currentTarget }) => (kind.value = CLAIMABLE[currentTarget.selectedIndex] ?? "phone")}>
        {CLAIMABLE.map((one) => (
          <option key={one} value={one}>
            {kindLabel(one)}
          </option>
        ))}
      </select>
      <label for={`${ids}value`}>{t("customers.value")}</label>
      <input id={`${ids}value`} class="field" autoFocus maxLength={200} value={value.value} onInput={({ currentTarget }) => (value.value = currentTarget.value)} />
    </FormDialog>
  );
}

/** Choose the other one; this one keeps the name. */
export function MergeDialog({ card, onDone, onClose }: Asked<CustomerPage>): JSX.Element {
  const query = useSignal("");
  const other = useSignal("");
  const id = useId();
  const found = useFetched(query.value, () => findCustomers(query.value)).value;
  const others = found.is === "there" ? found.value.filter((one) => one.card.customer_id !== card.customer_id) : [];
  return (
    <FormDialog
      title={t("customers.merge_title")}
      save={t("customers.merge")}
      ready={others.some((one) => one.card.customer_id === other.value)}
      ask={() => mergeCustomers(card.customer_id, other.peek())}
      onDone={onDone}
      onClose={onClose}
    >
      <p class="small faint">{t("customers.merge_help", { kept: nameOf(card) })}</p>
      <label for={id}>{t("customers.find")}</label>
      <input id={id} class="field" type="search" autoFocus placeholder={t("customers.find_hint")} value={query.value} onInput={({ currentTarget }) => (query.value = currentTarget.value)} />
      {found.is === "there" && others.length === 0 && query.value !== "" && (
        <p class="faint" role="status">
          {t("customers.none", { query: query.value })}
        </p>
      )}
      <fieldset class="merge-choices">
        <legend class="only-heard">{t("customers.found")}</legend>
        {others.map(({ card: one, identities, created_at }) => (
          <label key={one.customer_id} class="merge-choice">
            <input type="radio" name="other" checked={other.value === one.customer_id} onChange={() => (other.value = one.customer_id)} />
            <Avatar id={one.customer_id} name={one.name} />
            <span class="clip-box">
              <span class="clip">{nameOf(one)}</span>
              <span class="faint small clip">{identities.map((each) => each.value).join(" · ") || t("customers.unreachable")}</span>
            </span>
            <span class="grow" />
            <Since at={created_at} />
          </label>
        ))}
      </fieldset>
    </FormDialog>
  );
}

export function EraseDialog({ card, onDone, onClose }: Asked<void>): JSX.Element {
  const evenOpen = useSignal(false);
  return (
    <FormDialog title={t("customers.erase")} save={t("customers.erase")} ready danger ask={() => eraseCustomer(card.customer_id, evenOpen.peek())} onDone={onDone} onClose={onClose}>
      <p>
        <strong>{nameOf(card)}</strong>
      </p>
      <p>{t("customers.erase_help")}</p>
      <label class="merge-choice">
        <input type="checkbox" checked={evenOpen.value} onChange={({ currentTarget }) => (evenOpen.value = currentTarget.checked)} />
        {t("customers.erase_open")}
      </label>
    </FormDialog>
  );
}

interface FormProps<T> {
  title: string;
  save: string;
  ready: boolean;
  danger?: boolean;
  ask: () => Promise<T>;
  onDone: (result: T) => void;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks the server when it is sent; a refusal is told, and what was written stays. */
function FormDialog<T>({ title, save, ready, danger = false, ask, onDone, onClose, children }: FormProps<T>): JSX.Element {
  const busy = useSignal(false);
  const send = async (): Promise<void> => {
    if (busy.peek() || !ready) return;
    busy.value = true;
    await ask().then(onDone, tell);
    busy.value = false;
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        {children}
        <footer class="dialog-foot">
          <button type="button" class="button" onClick={onClose}>
            {t("action.cancel")}
          </button>
          <button type="submit" class={danger ? "button danger" : "button primary"} disabled={!ready || busy.value}>
            {save}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
