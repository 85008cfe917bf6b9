import type { JSX } from "preact";

import { Icon } from "../ui/icon";
import { CustomerList } from "./customer-list";
import { CustomerView } from "./customer-view";
import { Suggestions, SUGGESTIONS } from "./suggestions";
import { t } from "./words";
import "./customers.css";

/** Customers over all channels: found on one side, looked at on the other. */
export function CustomersPage({ path: [chosen] }: { path: readonly string[] }): JSX.Element {
  return (
    <main class="page customers" data-chosen={chosen !== undefined} tabIndex={-1}>
      <CustomerList chosen={chosen ?? ""} />
      <section class="customer-side">
        {chosen === undefined && (
          <div class="empty">
            <Icon name="user" size={28} />
            <p>{t("customers.choose")}</p>
          </div>
        )}
        {chosen === SUGGESTIONS && <Suggestions />}
        {chosen !== undefined && chosen !== SUGGESTIONS && <CustomerView key={chosen} customerId={chosen} />}
      </section>
    </main>
  );
}
