import { computed, signal } from "@preact/signals";

/** Where the person is. Paths below /agent/; anything unknown is the work page. */
export type Route =
  | { page: "work"; conversation_id: string | null }
  | { page: "board" }
  | { page: "settings" };

const BASE = "/agent";

export function parse(path: string): Route {
  const [first, second] = path.slice(BASE.length).split("/").filter(Boolean);
  if (first === "board" || first === "settings") return { page: first };
  if (first === "conversation" && second) return { page: "work", conversation_id: decodeURIComponent(second) };
  return { page: "work", conversation_id: null };
}

export function pathOf(route: Route): string {
  if (route.page !== "work") return `${BASE}/${route.page}`;
  return route.conversation_id === null ? `${BASE}/` : `${BASE}/conversation/${encodeURIComponent(route.conversation_id)}`;
}

const path = signal(location.pathname);
export const route = computed(() => parse(path.value));
/** The conversation in view, if any. */
export const openConversation = computed(() => (route.value.page === "work" ? route.value.conversation_id : null));

/** Go there. replace: the place left is not one to come back to. */
export function go(next: Route, replace = false): void {
  const to = pathOf(next);
  if (to === path.peek()) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  path.value = to;
}

addEventListener("popstate", () => {
  path.value = location.pathname;
});
