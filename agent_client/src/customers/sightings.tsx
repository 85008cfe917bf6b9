import type { JSX } from "preact";

import { exactTime } from "../i18n/times";
import { Dialog } from "../ui/dialog";
import { useFetched } from "./fetched";
import { fetchSightings } from "./requests";
import { isKey, t } from "./words";

/** Who saw and changed a customer: for supervisors. */
export function Sightings({ customerId, onClose }: { customerId: string; onClose: () => void }): JSX.Element {
  const noted = useFetched(customerId, () => fetchSightings(customerId)).value;
  return (
    <Dialog title={t("customers.sightings")} wide onClose={onClose}>
      {noted.is === "loading" && <p class="faint">{t("line.loading")}</p>}
      {noted.is === "failed" && <p class="faint">{t("customers.failed")}</p>}
      {noted.is === "there" && noted.value.length === 0 && <p class="faint">{t("customers.sightings_none")}</p>}
      {noted.is === "there" && (
        <ul class="sightings" tabIndex={0}>
          {noted.value.map((one, index) => (
            <li key={index}>
              <time class="faint numeric">{exactTime(one.at)}</time>
              <span>
                {one.by} · {actionLabel(one.action)}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}

function actionLabel(action: string): string {
  const key = `customers.action.${action}`;
  return isKey(key) ? t(key) : action;
}
