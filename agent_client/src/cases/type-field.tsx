import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { useComputed, useSignal } from "@preact/signals";

import { types } from "./case-index";
import { findTypes, type TypePath } from "./tree";
import { t } from "./words";

/** So many are offered at once; a few letters find the others. */
const OFFERED = 60;
const PAGE = 8;

/** A case's type, found in the tree by a few letters of it or of what is above it. "" is none. */
export function TypeField({ value, onChoose }: { value: string; onChoose: (key: string) => void }): JSX.Element {
  const query = useSignal<string | null>(null);
  const at = useSignal(0);
  const ids = useId();
  const all = useComputed(() => findTypes(types.value, query.value ?? ""));
  const found = useComputed(() => all.value.slice(0, OFFERED));
  const more = all.value.length - found.value.length;
  const open = query.value !== null;
  const chosen = types.value.find((one) => one.key === value);
  const choose = (one: TypePath | undefined): void => {
    query.value = null;
    if (one !== undefined && one.key !== value) onChoose(one.key);
  };
  const move = (by: number): void => {
    query.value ??= "";
    const last = found.peek().length - 1;
    const to = at.peek() + by;
    // One step goes round, a page stops at the end.
    at.value = Math.abs(by) === 1 && (to < 0 || to > last) ? (to < 0 ? Math.max(0, last) : 0) : Math.min(Math.max(0, to), Math.max(0, last));
    document.getElementById(`${ids}${at.peek()}`)?.scrollIntoView({ block: "nearest" });
  };
  return (
    <div class="type-field">
      <input
        class="field"
        role="combobox"
        aria-label={t("cases.type")}
        aria-expanded={open}
        aria-controls={`${ids}list`}
        aria-activedescendant={open && found.value.length > 0 ? `${ids}${at.value}` : undefined}
        placeholder={t("cases.type_hint")}
        value={query.value ?? chosen?.path.join(" › ") ?? ""}
        onFocus={({ currentTarget }) => {
          currentTarget.select();
        }}
        onClick={() => (query.value ??= "")}
        onInput={({ currentTarget }) => {
          query.value = currentTarget.value;
          at.value = 0;
          if (currentTarget.value === "" && value !== "") onChoose("");
        }}
        onBlur={() => (query.value = null)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown") move(1);
          else if (event.key === "ArrowUp") move(-1);
          else if (event.key === "PageDown" && open) move(PAGE);
          else if (event.key === "PageUp" && open) move(-PAGE);
          else if (event.key === "Enter" && open) choose(found.peek()[at.peek()]);
          else if (event.key === "Escape" && open) query.value = null;
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      <div class="type-list" hidden={!open}>
        <ul id={`${ids}list`} role="listbox" aria-label={t("cases.type")}>
          {open &&
            found.value.map((one, place) => (
              <li
                key={one.key}
                id={`${ids}${place}`}
                role="option"
                aria-selected={place === at.value}
                // The field keeps the focus, so that it does not close before it is chosen.
                onPointerDown={(event) => {
                  event.preventDefault();
                }}
                onClick={() => choose(one)}
              >
                <span class="faint small">{one.path.slice(0, -1).join(" › ")}</span> {one.label}
              </li>
            ))}
        </ul>
        <p class="small faint" role="status">
          {open && found.value.length === 0 && t("cases.type_none")}
          {open && more > 0 && t("cases.type_more", { count: more })}
        </p>
      </div>
    </div>
  );
}
