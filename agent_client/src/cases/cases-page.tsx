import type { JSX } from "preact";

import { CasePage } from "./case-page";
import "./board.css";
import "./cases.css";
import "./list.css";
import "./one-case.css";
import "./overview.css";
import { OverviewPage } from "./overview-page";

/** All cases, or the one whose number stands in the address. */
export function CasesPage({ path: [first] }: { path: readonly string[] }): JSX.Element {
  const number = Number(first);
  return Number.isSafeInteger(number) && number > 0 ? <CasePage key={number} number={number} /> : <OverviewPage />;
}
