/** The round button: all that a page shows before its customer acts. */
import css from "./launcher.css?inline";

const CHAT = "M4 5.5h16v11H9.5L5 20v-3.5H4z";
const DOWN = "M6 9.5l6 6 6-6";
const SVG = "http://www.w3.org/2000/svg";

interface Launcher {
  readonly host: HTMLElement;
  /** label: what the button does, or how much is unread. */
  show(facts: { label: string; unread: number; open: boolean }): void;
  focus: () => void;
}

/** accent: #rrggbb or empty. onPoint: the customer is about to press. */
export function makeLauncher(accent: string, side: "left" | "right", onPress: () => void, onPoint: () => void): Launcher {
  const host = document.createElement("usher-launcher");
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.className = side;
  button.ariaHasPopup = "dialog";
  button.addEventListener("click", onPress);
  button.addEventListener("pointerenter", onPoint, { once: true });
  button.addEventListener("focus", onPoint, { once: true });
  if (/^#[0-9a-f]{6}$/i.test(accent)) colour(button, accent);
  const path = document.createElementNS(SVG, "path");
  const icon = document.createElementNS(SVG, "svg");
  icon.setAttribute("viewBox", "0 0 24 24");
  icon.setAttribute("aria-hidden", "true");
  icon.append(path);
  const badge = document.createElement("span");
  badge.ariaHidden = "true";
  button.append(icon, badge);
  root.append(button);

  return {
    host,
    show({ label, unread, open }) {
      button.ariaLabel = button.title = label;
      button.ariaExpanded = String(open);
      path.setAttribute("d", open ? DOWN : CHAT);
      badge.textContent = unread > 99 ? "99+" : String(unread);
      badge.hidden = !unread;
    },
    focus: () => button.focus(),
  };
}

/** White or black on it, whichever reads better: equal at a luminance of 0.179. */
function colour(button: HTMLElement, accent: string): void {
  const [r, g, b] = [1, 3, 5].map((at) => (Number.parseInt(accent.slice(at, at + 2), 16) / 255) ** 2.2) as [number, number, number];
  button.style.setProperty("--accent", accent);
  button.style.setProperty("--on-accent", 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? "#000" : "#fff");
}
