import type { JSX } from "preact";

import { type Action, ACTIONS } from "../keys/actions";
import { printed } from "../keys/chord";
import { settings } from "../live/settings";
import { Dialog } from "../ui/dialog";
import { Keys } from "../ui/keys";
import { dialog } from "../shell/view";
import { type Key, t } from "./words";
import "./shortcuts.css";

interface Line {
  text: Key;
  keys: readonly string[];
}

const GROUPS: readonly { group: Action["group"]; title: Key; more: readonly Line[] }[] = [
  { group: "offers", title: "shortcuts.offers", more: [] },
  {
    group: "conversation",
    title: "shortcuts.conversation",
    more: [
      { text: "shortcuts.numbers", keys: [...printed("Alt+Digit1"), "…", "9"] },
      { text: "shortcuts.send", keys: ["Enter"] },
      { text: "shortcuts.new_line", keys: ["Shift", "Enter"] },
    ],
  },
  { group: "call", title: "shortcuts.call", more: [] },
  { group: "page", title: "shortcuts.page", more: [{ text: "shortcuts.close", keys: ["Esc"] }] },
];

export function ShortcutHelp(): JSX.Element {
  return (
    <Dialog title={t("action.shortcuts")} wide onClose={() => (dialog.value = null)}>
      {!settings.value.shortcuts && <p class="hint">{t("shortcuts.off")}</p>}
      <div class="shortcut-groups" tabIndex={0}>
        {GROUPS.map(({ group, title, more }) => (
          <section key={group}>
            <h3>{t(title)}</h3>
            <dl>
              {[...linesOf(group), ...more].map((line) => (
                <div key={line.text}>
                  <dt>{t(line.text)}</dt>
                  <dd>
                    <Keys keys={line.keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

function linesOf(group: Action["group"]): Line[] {
  return ACTIONS.flatMap((one) => (one.group === group && one.chord ? [{ text: one.title, keys: printed(one.chord) }] : []));
}
