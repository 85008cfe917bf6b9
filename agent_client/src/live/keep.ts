/**
 * Small things kept in this browser: settings, drafts, unsent messages. A full or forbidden storage is no reason to
 * stop working, only to forget sooner. What two tabs may write has a key for each thing: they never overwrite one another.
 */
export function kept<T>(key: string, otherwise: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise;
  }
}

/** All that is kept under keys that begin so, by the rest of its key. */
export function keptUnder<T>(prefix: string): Map<string, T> {
  const found = new Map<string, T>();
  for (const rest of restsUnder(prefix)) {
    const value = kept<T | null>(prefix + rest, null);
    if (value !== null) found.set(rest, value);
  }
  return found;
}

export function forgetUnder(prefix: string): void {
  for (const rest of restsUnder(prefix)) forget(prefix + rest);
}

function restsUnder(prefix: string): string[] {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
    return keys.map((key) => key.slice(prefix.length));
  } catch {
    return [];
  }
}

export function keep(key: string, value: unknown): void {
  try {
    localStorage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage is full or forbidden: the page itself still has the value.
  }
}

export function forget(key: string): void {
  try {
    localStorage.removeItem(key);
  } catch {
    // Nothing was kept then.
  }
}
