import type { JSX } from "preact";

import { WhyAgent } from "./explained";
import { me } from "../live/store";
import { Dialog } from "../ui/dialog";
import { dialog } from "../shell/view";
import { t } from "./words";

/** Why nothing comes to me. */
export function WhyMeDialog(): JSX.Element {
  return (
    <Dialog title={t("why_agent.ask")} onClose={() => (dialog.value = null)}>
      {me.value !== null && <WhyAgent agentId={me.value.agent_id} />}
    </Dialog>
  );
}
