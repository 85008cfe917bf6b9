import type { JSX } from "preact";
import { closedWords } from "../closed";
import { isLanguage } from "../words";
import { Icon } from "./icons";
import { lazy } from "./lazy";
import { useWidget } from "./widget";

const Around = lazy(async () => (await import("../help/around")).Around);

/** The first thing a customer sees: a greeting, and a person one step away. */
export function Home(): JSX.Element {
  const { chat, words, go, page } = useWidget();
  const { account, state, trouble } = chat;
  const ongoing = state.conversation?.state === "open" || chat.outbox.length > 0;
  return (
    <div class="screen home">
      <div class="hero">
        <h2 class="hero-title">{account?.title ?? "\u00a0"}</h2>
        <p>{account?.welcome[words.language] ?? account?.welcome[account.default_language] ?? "\u00a0"}</p>
      </div>
      <div class="cards">
        {trouble === "ended" && <p class="notice">{words.t("gone")}</p>}
        {account?.help && <Search />}
        {ongoing ? <Ongoing /> : <Talk />}
        {state.known && (
          <button class="card row" onClick={() => go({ name: "past" })}>
            <span class="disc quiet">
              <Icon name="list" />
            </span>
            <span class="grow">
              <b>{words.t("past")}</b>
            </span>
            <Icon name="forward" />
          </button>
        )}
        {page && account && <Around />}
      </div>
      <LanguageChoice />
    </div>
  );
}

/** Each language under its own name, so that it is found by those who read no other. */
function LanguageChoice(): JSX.Element | null {
  const { chat, words, setLanguage } = useWidget();
  const offered = chat.account?.languages.filter(isLanguage) ?? [];
  if (offered.length < 2) return null;
  return (
    <select
      class="language"
      aria-label={words.t("language")}
      value={words.language}
      onChange={(event) => setLanguage(event.currentTarget.value)}
    >
      {offered.map((language) => (
        <option key={language} value={language} lang={language}>
          {new Intl.DisplayNames(language, { type: "language" }).of(language)}
        </option>
      ))}
    </select>
  );
}

/** Before anything else: perhaps the answer is written already. */
function Search(): JSX.Element {
  const { words, go } = useWidget();
  return (
    <form
      class="card row"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        go({ name: "help", query: (event.currentTarget.elements.namedItem("q") as HTMLInputElement).value, key: "" });
      }}
    >
      <input class="grow" type="search" name="q" maxLength={500} aria-label={words.t("help")} placeholder={words.t("help")} />
      <button class="tool" aria-label={words.t("help")}>
        <Icon name="forward" />
      </button>
    </form>
  );
}

/** A person, one step away. */
export function Talk({ onGo }: { onGo?: () => void }): JSX.Element {
  const { chat, words, go } = useWidget();
  const { agents_online: here, closed = null } = chat.account ?? {};
  const refuses = closed?.action === "announce" && !closed.busy && !chat.account?.bot;
  const talk = (): void => {
    if (refuses) return;
    onGo?.();
    go({ name: "form" });
  };
  return (
    <button class="card row" data-first aria-busy={!chat.account} aria-disabled={refuses} onClick={talk}>
      <span class="disc">
        <Icon name="chat" />
      </span>
      <span class="grow">
        <b>{words.t(chat.account?.bot ? "ask" : "talk")}</b>
        {chat.account && (
          <small>
            <i class={here && !closed ? "dot here" : "dot"} />
            {chat.account.bot ? words.t("ask_bot") : closed ? closedWords(closed, words, chat.serverNow()) : words.t(here ? "talk_here" : "talk_away")}
          </small>
        )}
      </span>
      <Icon name="forward" />
    </button>
  );
}

function Ongoing(): JSX.Element {
  const { chat, words, go } = useWidget();
  const newest = chat.state.conversation?.messages.findLast((message) => message.kind === "text");
  const preview = chat.outbox.at(-1)?.text ?? newest?.text;
  return (
    <button class="card row" data-first onClick={() => go({ name: "thread" })}>
      <span class="disc">
        <Icon name="chat" />
      </span>
      <span class="grow">
        <b>{words.t("resume")}</b>
        <small class="clip">{preview}</small>
      </span>
      {chat.unread ? <span class="badge">{chat.unread}</span> : <Icon name="forward" />}
    </button>
  );
}
