import type { JSX } from "preact";

import { t } from "./i18n/language";
import { Shell } from "./shell/shell";
import { resume, signed } from "./shell/sign";
import { SignIn } from "./shell/sign-in";
import "./shell/sign-in.css";

export function App(): JSX.Element {
  const now = signed.value;
  switch (now.as) {
    case "asking":
      return <main class="sign-in" aria-busy="true" />;
    case "unreachable":
      return <Unreachable />;
    case "out":
      return <SignIn key={now.why} why={now.why} />;
    case "in":
      return <Shell />;
    default:
      return now satisfies never;
  }
}

function Unreachable(): JSX.Element {
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <h1>{t("sign_in.unreachable")}</h1>
        <p class="faint">{t("sign_in.unreachable_help")}</p>
        <button type="button" class="button primary" onClick={() => void resume()}>
          {t("action.try_again")}
        </button>
      </div>
    </main>
  );
}
