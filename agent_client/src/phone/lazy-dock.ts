import { lazyPart } from "../ui/lazy";

/** Fetched where calls are made. */
export const CallDock = lazyPart(async () => (await import("./call-dock")).CallDock);
