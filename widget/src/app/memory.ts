/**
 * What this browser remembers of one account, in localStorage: nothing before the customer has acted.
 *
 * One key for each fact and one for each unsent message, so that two tabs never overwrite one another. Where storage
 * is closed to us (or full), the page remembers until it is left.
 */
import type { Visitor } from "./account";
import type { Outgoing } from "./outbox";

export interface Memory {
  visitor(): Visitor | null;
  rememberVisitor(visitor: Visitor): void;
  outbox(): Outgoing[];
  keep(message: Outgoing): void;
  drop(clientId: string): void;
  note(key: Note): string;
  setNote(key: Note, value: string): void;
  /** elsewhere: only what the page itself keeps. */
  forget(elsewhere?: boolean): void;
}
/** draft: what is being written. muted: "1" without sound. name, email: as last given. language: as chosen. */
type Note = "draft" | "muted" | "name" | "email" | "language";

export function memoryOf(account: string, storage: Storage | null): Memory {
  const prefix = `usher:${account}:`;
  const fallback = new Map<string, string>();

  const read = (key: string): string => storage?.getItem(prefix + key) ?? fallback.get(key) ?? "";
  const write = (key: string, value: string): void => {
    try {
      if (!storage) throw new Error("no storage");
      storage.setItem(prefix + key, value);
    } catch {
      storage?.removeItem(prefix + key); // an older value would be read before this one
      fallback.set(key, value);
    }
  };
  const remove = (key: string): void => {
    storage?.removeItem(prefix + key);
    fallback.delete(key);
  };
  const keys = (): string[] => {
    const stored = storage ? Object.keys(storage).filter((key) => key.startsWith(prefix)) : [];
    return [...stored.map((key) => key.slice(prefix.length)), ...fallback.keys()];
  };

  return {
    visitor: () => parsed(read("visitor")) as Visitor | null,
    rememberVisitor: (visitor) => write("visitor", JSON.stringify(visitor)),
    outbox: () =>
      keys()
        .filter((key) => key.startsWith("out:"))
        .flatMap((key) => (parsed(read(key)) as Outgoing | null) ?? [])
        .sort((a, b) => a.at - b.at),
    keep: (message) => write(`out:${message.client_id}`, JSON.stringify(message)),
    drop: (clientId) => remove(`out:${clientId}`),
    note: (key) => read(key),
    setNote: (key, value) => (value ? write(key, value) : remove(key)),
    forget: (elsewhere) => (elsewhere ? fallback.clear() : keys().forEach(remove)),
  };
}

/** null where the browser or its owner forbids it. */
export function openStorage(): Storage | null {
  try {
    return window.localStorage;
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}
