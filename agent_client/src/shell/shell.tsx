import type { JSX } from "preact";
import { useLayoutEffect } from "preact/hooks";

import { listenToKeys } from "../keys/keyboard";
import { t } from "../i18n/language";
import { followCases } from "../live/cases";
import { calls, me } from "../live/store";
import { CallDock } from "../phone/lazy-dock";
import { startPhone } from "../phone/phone";
import { OfferDock } from "../desk/offer-dock";
import { route } from "../router";
import { WorkPage } from "../desk/work-page";
import { startAlerts } from "./alerts";
import { AREAS } from "./areas";
import { OfflineBanner } from "./banner";
import { FrontDialog } from "./dialogs";
import { LiveRegions, NoticeList } from "./notice-list";
import { Rail } from "./rail";
import { TopBar } from "./top-bar";
import { shownPage, wallboard } from "./view";
import { useWarming } from "./warm";

/** The page of a signed-in person. */
export function Shell(): JSX.Element {
  useLayoutEffect(startAlerts, []);
  useLayoutEffect(listenToKeys, []);
  useLayoutEffect(startPhone, []);
  useLayoutEffect(followCases, []);
  useWarming();
  return (
    <div class="shell" data-wallboard={wallboard.value && shownPage.value === "board"}>
      <Rail />
      <TopBar />
      <div class="stage">
        <OfflineBanner />
        {calls.value.size > 0 && <CallDock />}
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
  const to = route.value;
  if (to.page === "work" || shownPage.value === "work") return <WorkPage />;
  const { Page: Area } = AREAS[to.page];
  return <Area path={to.path} />;
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
