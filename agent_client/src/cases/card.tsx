import type { Case } from "@usher/protocol";
import type { JSX } from "preact";
import { useId } from "preact/hooks";

import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { Menu, MenuItem } from "../ui/menu";
import { NextClock } from "../desk/milestone-clock";
import { typeLabel } from "./case-index";
import { CaseLink, customerOf, PriorityTag } from "./case-facts";
import { type Status, STATUSES } from "./filter";
import { t } from "./words";

/** A case on the board. Its own keys are the board's. */
export function Card({ of: one, onMove }: { of: Case; onMove: (to: Status) => void }): JSX.Element {
  const id = useId();
  return (
    <article class="card" tabIndex={0} data-case={one.case_id} aria-labelledby={`${id}name`} aria-describedby={`${id}help`}>
      <div class="card-head">
        <h3 id={`${id}name`} class="grow">
          <CaseLink of={one} />
        </h3>
        <Menu class="button quiet square small" align="end" label={t("cases.move", { number: String(one.number) })} button={<Icon name="more" />}>
          {STATUSES.map((status) => (
            <MenuItem key={status} checked={status === one.status} onChoose={() => onMove(status)}>
              {t(`cases.status.${status}`)}
            </MenuItem>
          ))}
        </Menu>
      </div>
      <p class="small faint clip">
        {customerOf(one)}
        {one.case_type !== "" && ` · ${typeLabel(one.case_type)}`}
      </p>
      <p class="card-foot small">
        <PriorityTag of={one} />
        {one.children > 0 && <span class="tag">{t("cases.children_count", { count: one.children })}</span>}
        <NextClock of={one} />
        {one.owner_id !== "" && (
          <span class="card-owner" title={one.owner_name}>
            <Avatar id={one.owner_id} name={one.owner_name} />
            <span class="only-heard">{t("cases.owned_by", { name: one.owner_name })}</span>
          </span>
        )}
      </p>
      <span id={`${id}help`} class="only-heard">
        {t("cases.card_keys")}
      </span>
    </article>
  );
}
