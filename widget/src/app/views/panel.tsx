import type { JSX } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Form } from "./form";
import { Home } from "./home";
import { Icon } from "./icons";
import { lazy } from "./lazy";
import { Thread } from "./thread";
import { useWidget, type Screen } from "./widget";

const Past = lazy(async () => (await import("./past")).Past);
const Earlier = lazy(async () => (await import("./past")).Earlier);
const Help = lazy(async () => (await import("../help/help")).Help);

/** The whole of the widget below its shadow root. */
export function Panel({ screen }: { screen: Screen }): JSX.Element {
  const { chat } = useWidget();
  const blocked = chat.trouble === "forbidden" || (chat.trouble === "unreachable" && !chat.account);
  return (
    <>
      <Header screen={screen} />
      {blocked ? <Blocked /> : <Body screen={screen} />}
    </>
  );
}

function Body({ screen }: { screen: Screen }): JSX.Element {
  switch (screen.name) {
    case "home":
      return <Home />;
    case "form":
      return <Form />;
    case "thread":
      return <Thread />;
    case "past":
      return <Past />;
    case "help":
      return <Help query={screen.query} article={screen.key} />;
    case "earlier":
      return <Earlier conversationId={screen.conversationId} />;
  }
}

function Blocked(): JSX.Element {
  const { chat, words } = useWidget();
  const hopeless = chat.trouble === "forbidden";
  return (
    <div class="screen empty" role="alert">
      <p>{words.t(hopeless ? "forbidden" : "unreachable")}</p>
      {!hopeless && (
        <button class="secondary" onClick={() => void chat.load()}>
          {words.t("retry")}
        </button>
      )}
    </div>
  );
}

function Header({ screen }: { screen: Screen }): JSX.Element {
  const { words, go, close, page, muted, setMuted, chat } = useWidget();
  const home = screen.name === "home";
  const talking = screen.name === "thread" && chat.state.conversation?.state === "open";
  const sound = words.t(muted ? "unmute" : "mute");
  return (
    <div class={home ? "head over-hero" : "head"}>
      {!home && (
        <button
          class="tool"
          aria-label={words.t("back")}
          title={words.t("back")}
          onClick={() => go({ name: screen.name === "earlier" ? "past" : "home" })}
        >
          <Icon name="back" />
        </button>
      )}
      <Title screen={screen} />
      {talking && <End />}
      {screen.name === "thread" && (
        <button class="tool" aria-label={sound} title={sound} onClick={() => setMuted(!muted)}>
          <Icon name={muted ? "mute" : "sound"} />
        </button>
      )}
      {!page && (
        <button class="tool" aria-label={words.t("close")} title={words.t("close")} onClick={close}>
          <Icon name="close" />
        </button>
      )}
    </div>
  );
}

function Title({ screen }: { screen: Screen }): JSX.Element {
  const { chat, words } = useWidget();
  const { agent, conversation } = chat.state;
  if (screen.name === "home") return <span class="grow" />;
  if (screen.name === "help") return <h2 class="grow">{words.t("help")}</h2>;
  if (screen.name === "form") return <h2 class="grow">{words.t("form")}</h2>;
  if (screen.name !== "thread") return <h2 class="grow">{words.t("past")}</h2>;
  if (agent)
    return (
      <h2 class="grow with-face">
        <span class="face" aria-hidden="true">
          {Array.from(agent.name)[0]}
        </span>
        <span class="clip">{agent.name}</span>
      </h2>
    );
  return <h2 class="grow clip">{conversation ? chat.account?.title : words.t("connecting")}</h2>;
}

function End(): JSX.Element {
  const { chat, words } = useWidget();
  const [sure, setSure] = useState(false);
  if (!sure)
    return (
      <button class="tool" aria-label={words.t("end")} title={words.t("end")} onClick={() => setSure(true)}>
        <Icon name="end" />
      </button>
    );
  const end = (): void => {
    setSure(false);
    void chat.end();
  };
  return <Sure onYes={end} onNo={() => setSure(false)} />;
}

function Sure({ onYes, onNo }: { onYes: () => void; onNo: () => void }): JSX.Element {
  const { words } = useWidget();
  const yes = useRef<HTMLButtonElement>(null);
  // Once: a message that comes meanwhile must not take the focus back from "no".
  useLayoutEffect(() => yes.current?.focus(), []);
  return (
    <div class="sure" role="alertdialog" aria-label={words.t("end_sure")}>
      <span>{words.t("end_sure")}</span>
      <button class="primary" ref={yes} onClick={onYes}>
        {words.t("end_yes")}
      </button>
      <button class="secondary" onClick={onNo}>
        {words.t("end_no")}
      </button>
    </div>
  );
}
