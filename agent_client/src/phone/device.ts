import { Call as Connection, Device } from "@twilio/voice-sdk";

/*
 * The browser's own telephone. The only file that knows the provider's library, in a chunk of its own: who makes no
 * calls never loads it. It is rung only by our server, after this person accepted or asked for something, so whoever
 * listens decides whether to answer; everything else about a call is the server's business.
 */

export interface Choice {
  id: string;
  label: string;
}

export type Trouble = "microphone" | "line";

export interface Listener {
  onState: (state: "starting" | "ready") => void;
  /** Whether to answer. */
  onRing: () => Promise<boolean>;
  /** This browser hears and is heard, or not any more. */
  onLine: (on: boolean) => void;
  onTrouble: (what: Trouble) => void;
  /** Microphones or speakers came or went. */
  onDevices: () => void;
  /** Rejects when there is none to be had. */
  freshToken: () => Promise<string>;
}

export interface Telephone {
  microphones: () => Choice[];
  speakers: () => Choice[];
  /** Empty: the system's own choice. Resolves to whether it worked. */
  use: (microphone: string, speaker: string) => Promise<boolean>;
  mute: (muted: boolean) => void;
  stop: () => void;
}

/** The library's own ringing: this page rings itself, and nothing is fetched from elsewhere. */
class Silence {
  play(): Promise<void> {
    return Promise.resolve();
  }
  stop(): void {
    // never began
  }
  setSinkIds(): Promise<void> {
    return Promise.resolve();
  }
}

/** Sound and publishEvents are options of the library that its public types leave out: no sounds, no telemetry. */
const OPTIONS = {
  appName: "usher",
  closeProtection: true,
  codecPreferences: ["opus", "pcmu"],
  logLevel: "silent", // what matters is told by its events
  publishEvents: false,
  Sound: Silence,
  tokenRefreshMs: 60_000,
} as unknown as Device.Options;

/** Errors of the library's that speak of the microphone: refused by the person or the system, or not there. */
const MICROPHONE_ERRORS = [31401, 31402];
/** Without a fresh token in time nobody can be called here: it is asked for until there is one. */
const AGAIN_MS = 15_000;
const TOKEN_ERRORS = [20101, 20104, 31204, 31205];

/** Be called from now on, as the person the token names. */
export async function openTelephone(token: string, listener: Listener): Promise<Telephone> {
  const device = new Device(token, OPTIONS);
  let line: Connection | null = null;
  let again: ReturnType<typeof setTimeout> | undefined;
  let over = false;
  const refresh = (): void => {
    clearTimeout(again);
    listener.freshToken().then(
      (fresh) => {
        if (!over) device.updateToken(fresh);
      },
      () => {
        if (over) return;
        listener.onTrouble("line");
        again = setTimeout(refresh, AGAIN_MS);
      },
    );
  };
  const stop = (): void => {
    over = true;
    clearTimeout(again);
    device.destroy();
  };
  device.on("registered", () => {
    listener.onState("ready");
  });
  device.on("unregistered", () => {
    listener.onState("starting");
  });
  device.on("tokenWillExpire", refresh);
  device.on("error", (error: { code?: number }) => {
    if (error.code !== undefined && TOKEN_ERRORS.includes(error.code)) refresh();
    else listener.onTrouble(error.code !== undefined && MICROPHONE_ERRORS.includes(error.code) ? "microphone" : "line");
  });
  device.on("incoming", (ringing: Connection) => {
    void answer(ringing);
  });
  device.audio?.on("deviceChange", () => {
    listener.onDevices();
  });

  async function answer(ringing: Connection): Promise<void> {
    if (line !== null || !(await listener.onRing())) {
      ringing.reject();
      return;
    }
    if (ringing.status() !== Connection.State.Pending) return;
    line = ringing;
    for (const end of ["disconnect", "cancel", "reject"] as const)
      ringing.on(end, () => {
        if (line !== ringing) return;
        line = null;
        listener.onLine(false);
      });
    ringing.on("accept", () => {
      listener.onLine(true);
    });
    ringing.accept();
  }

  await device.register().catch((fault: unknown) => {
    stop(); // else it would go on trying beside the next one, and be rung as well
    throw fault;
  });
  return {
    microphones: () => choices(device.audio?.availableInputDevices),
    speakers: () => (device.audio?.isOutputSelectionSupported === true ? choices(device.audio.availableOutputDevices) : []),
    use: (microphone, speaker) => use(device, microphone, speaker),
    mute: (muted) => line?.mute(muted),
    stop,
  };
}

async function use(device: Device, microphone: string, speaker: string): Promise<boolean> {
  const { audio } = device;
  if (audio === null) return false;
  try {
    if (microphone === "") await audio.unsetInputDevice();
    else await audio.setInputDevice(microphone);
    if (audio.isOutputSelectionSupported) await audio.speakerDevices.set(speaker || "default");
    return true;
  } catch {
    return false; // unplugged in the meantime: the system's own choice stays
  }
}

function choices(devices: ReadonlyMap<string, MediaDeviceInfo> | undefined): Choice[] {
  return [...(devices?.values() ?? [])].map(({ deviceId, label }) => ({ id: deviceId, label }));
}
