import type { Macro, Macros } from "@usher/protocol";
import type { JSX } from "preact";
import { useSignal } from "@preact/signals";

import { ask, useAsked } from "../knowledge/asking";
import { go } from "../router";
import { Icon } from "../ui/icon";
import { Coming } from "../ui/lazy";
import { kindWords } from "./kind-words";
import { MacroForm } from "./macro-form";
import { t } from "./words";
import "./macros.css";

const to = (...path: string[]): void => go({ page: "knowledge", path: ["macros", ...path] });

/** All macros, and the one whose id stands in the address, for editors. */
export function MacroList({ open }: { open: string | undefined }): JSX.Element {
  const saves = useSignal(0);
  const asked = useAsked(`macros ${saves.value}`, () => ask({ type: "macros.fetch" }, "macros"));
  if (asked.value.is === "loading") return <Coming />;
  if (asked.value.is === "failed") return <p class="faint">{t("macros.unread")}</p>;
  const known = asked.value.value;
  const saved = (): void => {
    saves.value += 1;
    to();
  };
  const macro = known.macros.find((one) => one.macro_id === open) ?? null;
  if (open === "new" || macro !== null) return <MacroForm key={open} macro={macro} known={known} onSaved={saved} onCancel={() => to()} />;
  return <All known={known} />;
}

function All({ known }: { known: Macros }): JSX.Element {
  return (
    <section class="article">
      <h2>{t("macros.title")}</h2>
      <p class="faint">{t("macros.help")}</p>
      <div>
        <button type="button" class="button small" onClick={() => to("new")}>
          <Icon name="plus" size={14} /> {t("macros.new")}
        </button>
      </div>
      {known.macros.length === 0 && <p class="faint">{t("macros.none")}</p>}
      <ul class="hits">
        {known.macros.map((macro) => (
          <li key={macro.macro_id}>
            <button type="button" class="hit" onClick={() => to(macro.macro_id)}>
              <Line macro={macro} />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ macro }: { macro: Macro }): JSX.Element {
  return (
    <>
      <span class="row-head">
        <strong class="grow">{macro.title}</strong>
        {macro.teams.map((team) => (
          <span key={team} class="tag">
            {team}
          </span>
        ))}
        {macro.keys !== "" && <kbd>{macro.keys}</kbd>}
      </span>
      <span class="small faint">{macro.actions.map((action) => kindWords(action.do)).join(" → ")}</span>
      <span class="small faint">
        {[...(macro.condition === "" ? [] : [macro.condition]), t("macros.used", { count: macro.used })].join(" · ")}
      </span>
    </>
  );
}
