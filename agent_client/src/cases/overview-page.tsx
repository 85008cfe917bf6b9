import type { JSX } from "preact";
import { useEffect } from "preact/hooks";

import { dialog } from "../shell/view";
import { Icon } from "../ui/icon";
import { Board } from "./board";
import { CaseList } from "./case-list";
import { asBoard, watch } from "./overview";
import { Scopes } from "./scopes";
import { Toolbar } from "./toolbar";
import { t } from "./words";

/** Every case there is, as a board by status or as a list, narrowed down from the left and from above. */
export function OverviewPage(): JSX.Element {
  useEffect(watch, []);
  return (
    <main class="cases" tabIndex={-1}>
      <Scopes />
      <div class="cases-main">
        <Toolbar>
          <button type="button" class="button primary" onClick={() => (dialog.value = { kind: "new_case", conversation_id: "" })}>
            <Icon name="plus" /> {t("action.new_case")}
          </button>
        </Toolbar>
        {asBoard.value ? <Board /> : <CaseList />}
      </div>
    </main>
  );
}
