import type { JSX } from "preact";

import { Home } from "./home";

/** How things stand, as a page of its own: for when there is work in hand. */
export function HomePage(): JSX.Element {
  return (
    <main class="page home-page" tabIndex={-1}>
      <Home />
    </main>
  );
}
