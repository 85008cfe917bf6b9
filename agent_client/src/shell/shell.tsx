import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";

import { BoardPage } from "../board/board-page";
import { AgentDialog } from "../board/agent-dialog";
import { QueueDialog } from "../board/queue-dialog";
import { listenToKeys } from "../keys/keyboard";
import { t } from "../i18n/language";
import { me } from "../live/store";
import { OfferDock } from "../work/offer-dock";
import { TransferDialog } from "../work/transfer-dialog";
import { WorkPage } from "../work/work-page";
import { startAlerts } from "./alerts";
import { OfflineBanner } from "./banner";
import { LiveRegions, NoticeList } from "./notice-list";
import { Palette } from "./palette";
import { Rail } from "./rail";
import { SettingsPage } from "./settings-page";
import { ShortcutHelp } from "./shortcut-help";
import { TopBar } from "./top-bar";
import { WhyMeDialog } from "./why-me-dialog";
import { dialog, shownPage, wallboard } from "./view";

/** The page of a signed-in person. */
export function Shell(): JSX.Element {
  useLayoutEffect(startAlerts, []);
  useLayoutEffect(listenToKeys, []);
  return (
    <div class="shell" data-wallboard={wallboard.value && shownPage.value === "board"}>
      <Rail />
      <TopBar />
      <div class="stage">
        <OfflineBanner />
        {me.value === null ? <Loading /> : <Page />}
      </div>
      <OfferDock />
      <NoticeList />
      <LiveRegions />
      <FrontDialog />
    </div>
  );
}

function Page(): JSX.Element {
  if (shownPage.value === "settings") return <SettingsPage />;
  return shownPage.value === "board" ? <BoardPage /> : <WorkPage />;
}

function FrontDialog(): JSX.Element | null {
  const open = dialog.value;
  switch (open?.kind) {
    case "palette":
      return <Palette />;
    case "shortcuts":
      return <ShortcutHelp />;
    case "transfer":
      return <TransferDialog workItemId={open.work_item_id} />;
    case "agent":
      return <AgentDialog agentId={open.agent_id} />;
    case "queue":
      return <QueueDialog queue={open.queue} />;
    case "why_me":
      return <WhyMeDialog />;
    case undefined:
      return null;
    default:
      return open satisfies never;
  }
}

function Loading(): JSX.Element {
  return (
    <main class="page loading" aria-busy="true">
      <p class="faint">
        <span class="spinner" aria-hidden="true" /> {t("line.loading")}
      </p>
    </main>
  );
}
