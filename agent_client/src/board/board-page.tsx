import type { JSX } from "preact";
import { useEffect, useLayoutEffect } from "preact/hooks";

import { subscribeBoard, unsubscribeBoard } from "../live/commands";
import { board, listen } from "../live/store";
import { dialog, wallboard } from "../shell/view";
import { Icon } from "../ui/icon";
import { AgentWall } from "./agent-wall";
import { QueueTable } from "./queue-table";
import { Totals } from "./totals";
import { t } from "./words";
import "./board.css";
import "./supervision.css";

/** The whole centre, live: the sum of it, every queue, every agent. */
export function BoardPage(): JSX.Element {
  useSubscription();
  const now = board.value;
  return (
    <main class="page board" tabIndex={-1} aria-busy={now === null}>
      {now === null ? (
        <p class="faint loading">
          <span class="spinner" aria-hidden="true" /> {t("line.loading")}
        </p>
      ) : (
        <>
          <div class="board-head">
            <Totals board={now} />
            <span class="board-buttons">
              <button type="button" class="button quiet" onClick={() => (dialog.value = { kind: "broadcast" })}>
                <Icon name="megaphone" /> {t("broadcast.title")}
              </button>
              <WallboardButton />
            </span>
          </div>
          <QueueTable queues={now.queues} />
          <AgentWall agents={now.agents} />
        </>
      )}
    </main>
  );
}

/** A new session knows nothing of the old one's subscription: ask again after each snapshot. */
function useSubscription(): void {
  useEffect(() => {
    void subscribeBoard();
    const stop = listen((_before, event) => {
      if (event.type === "snapshot") void subscribeBoard();
    });
    return () => {
      stop();
      void unsubscribeBoard();
    };
  }, []);
}

/** Full screen and large, for a screen on the wall. Leaving the full screen leaves it too. */
function WallboardButton(): JSX.Element {
  useLayoutEffect(() => {
    const leave = (): void => {
      if (document.fullscreenElement === null) wallboard.value = false;
    };
    const escape = (event: KeyboardEvent): void => {
      if (event.key === "Escape") turn(false);
    };
    document.addEventListener("fullscreenchange", leave);
    document.addEventListener("keydown", escape);
    return () => {
      document.removeEventListener("fullscreenchange", leave);
      document.removeEventListener("keydown", escape);
      turn(false);
    };
  }, []);
  useEffect(() => {
    document.documentElement.dataset.wallboard = String(wallboard.value);
  });
  return (
    <button type="button" class="button quiet wide-only" aria-pressed={wallboard.value} onClick={() => turn(!wallboard.peek())}>
      <Icon name="screen" /> {t("board.wallboard")}
    </button>
  );
}

function turn(on: boolean): void {
  wallboard.value = on;
  document.documentElement.dataset.wallboard = String(on);
  // A browser may refuse; the large view is of use without it.
  if (on) void document.documentElement.requestFullscreen().catch(() => undefined);
  else if (document.fullscreenElement !== null) void document.exitFullscreen().catch(() => undefined);
}
