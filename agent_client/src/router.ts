import { computed, signal } from "@preact/signals";

/** The areas beside the work, in the order of the rail. What each is: `shell/areas.ts`. */
export const AREA_NAMES = ["home", "cases", "customers", "knowledge", "bot", "board", "settings"] as const;
export type AreaName = (typeof AREA_NAMES)[number];

/** Where the person is. Paths below /agent/; anything unknown is the work page. An area reads its own path. */
export type Route = { page: "work"; conversation_id: string | null } | { page: AreaName; path: readonly string[] };

const BASE = "/agent";

export function parse(address: string): Route {
  const [first, ...path] = address.slice(BASE.length).split("/").filter(Boolean).map(decoded);
  const area = AREA_NAMES.find((name) => name === first);
  if (area) return { page: area, path };
  return { page: "work", conversation_id: (first === "conversation" && path[0]) || null };
}

export function pathOf(route: Route): string {
  const path = route.page !== "work" ? [route.page, ...route.path] : route.conversation_id === null ? [""] : ["conversation", route.conversation_id];
  return `${BASE}/${path.map(encodeURIComponent).join("/")}`;
}

/** Addresses are typed and mangled by people and programs. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
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
