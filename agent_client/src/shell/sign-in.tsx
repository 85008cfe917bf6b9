import type { JSX } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";

import { isKey, type Key, t } from "../i18n/language";
import { errorKey } from "../live/commands";
import { type DemoLogin, demoLogins, HttpError } from "../live/http";
import { Avatar } from "../ui/avatar";
import { Icon } from "../ui/icon";
import { enterWith, type Why } from "./sign";
import "./sign-in.css";

const NO_ANSWER = 0;
const WHY: Record<Exclude<Why, "">, Key> = { ended: "sign_in.ended", forbidden: "sign_in.forbidden", unsure: "sign_in.unsure" };

/** The only page without a session. `why`: what ended the last one, if anything did. */
export function SignIn({ why }: { why: Why }): JSX.Element {
  const email = useSignal("");
  const password = useSignal("");
  const trouble = useSignal<Key | null>(why === "" ? null : WHY[why]);
  const busy = useSignal(false);
  const demo = useSignal<DemoLogin[]>([]);
  const again = useRef<HTMLInputElement>(null);
  const ids = useId();
  useEffect(() => {
    void demoLogins().then((logins) => (demo.value = logins));
  }, [demo]);

  const enter = async (as: { email: string; password: string }): Promise<void> => {
    if (busy.peek()) return;
    busy.value = true;
    trouble.value = null;
    try {
      await enterWith(as.email, as.password);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      trouble.value = error.status === NO_ANSWER ? "error.no_answer" : errorKey(error.code);
      again.current?.focus(); // most often it is the password that is wrong
      again.current?.select();
    } finally {
      busy.value = false;
    }
  };
  return (
    <main class="sign-in">
      <form
        class="sign-in-card"
        onSubmit={(event) => {
          event.preventDefault();
          void enter({ email: email.peek(), password: password.peek() });
        }}
      >
        <h1>
          <span class="brand" aria-hidden="true">
            <svg width="28" height="28" viewBox="0 0 24 24">
              <path d="M5 4v8.5a7 7 0 0 0 14 0V4" />
              <circle cx="12" cy="9" r="2.5" />
            </svg>
          </span>
          {t("sign_in.title")}
        </h1>
        <div role="alert">
          {trouble.value && (
            <p class="form-error">
              <Icon name="alert" /> <span>{t(trouble.value)}</span>
            </p>
          )}
        </div>
        <label for={`${ids}email`}>{t("sign_in.email")}</label>
        <input
          id={`${ids}email`}
          class="field"
          type="email"
          autoComplete="username"
          required
          value={email.value}
          onInput={(event) => (email.value = event.currentTarget.value)}
        />
        <label for={`${ids}password`}>{t("sign_in.password")}</label>
        <input
          ref={again}
          id={`${ids}password`}
          class="field"
          type="password"
          autoComplete="current-password"
          required
          value={password.value}
          onInput={(event) => (password.value = event.currentTarget.value)}
        />
        <button type="submit" class="button primary" disabled={busy.value}>
          {t(busy.value ? "sign_in.busy" : "sign_in.enter")}
        </button>
        {demo.value.length > 0 && <DemoLogins logins={demo.value} onChoose={(login) => void enter(login)} />}
      </form>
    </main>
  );
}

function DemoLogins({ logins, onChoose }: { logins: DemoLogin[]; onChoose: (login: DemoLogin) => void }): JSX.Element {
  return (
    <section class="demo-logins" aria-label={t("sign_in.demo")}>
      <h2>{t("sign_in.demo")}</h2>
      <ul>
        {logins.map((login) => (
          <li key={login.email}>
            <button type="button" class="demo-login" onClick={() => onChoose(login)}>
              <Avatar id={login.email} name={login.name} />
              <span class="grow">
                <strong>{login.name}</strong>
                <span class="faint small">{roleLabel(login.role)}</span>
              </span>
              <Icon name="forward" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function roleLabel(role: string): string {
  const key = `role.${role}`;
  return isKey(key) ? t(key) : role;
}
