import { type AnyResult, CommandError, type CommandOf, Session, type SignalOf, type StaffEvent, type StaffIn } from "@usher/protocol";
import { msgpackCodec } from "@usher/protocol/msgpack";

import { newId } from "./ids";
import { startPulse } from "./pulse";
import { followClock, tickOn } from "./server-time";
import { phase, take } from "./store";

type StaffSession = Session<StaffIn, StaffEvent>;

let session: StaffSession | null = null;
let stopPulse: (() => void) | null = null;

const deviceId = newId();

/** Connect as the signed-in person. signedOut: the server does not know them any more (closeCode 4401 or 4403). */
export function connect(signedOut: (closeCode: number) => void): void {
  disconnect();
  const opened: StaffSession = new Session<StaffIn, StaffEvent>({
    url: "/ws/agent",
    codec: msgpackCodec,
    hello: () => ({ device_id: deviceId }),
    onEvent: take,
    onState(next, closeCode) {
      phase.value = next;
      if (next === "online") followClock(() => opened.serverNow());
      if (next === "stopped" && closeCode !== undefined) signedOut(closeCode);
    },
  });
  session = opened;
  stopPulse = startPulse(() => {
    opened.poke();
    tickOn();
  });
  opened.start();
}

export function disconnect(): void {
  stopPulse?.();
  stopPulse = null;
  session?.stop();
  session = null;
}

/** Resolves when the server has carried it out. Rejects with CommandError. */
export async function command(frame: CommandOf<StaffIn>): Promise<AnyResult | null> {
  if (session === null) throw new CommandError("stopped", "The session has ended.");
  return session.command(frame);
}

/** False: not online, nothing was said. */
export function say(signal: SignalOf<StaffIn>): boolean {
  return session?.signal(signal) ?? false;
}
