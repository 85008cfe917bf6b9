import type { ComponentChildren, JSX } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { type Signal, useSignal } from "@preact/signals";

interface Props {
  /** What the button says; `label` when that is only a picture. */
  button: ComponentChildren;
  label?: string;
  class?: string;
  /** The side the list opens to. */
  place?: "below" | "above";
  align?: "start" | "end";
  /** Set to open from outside (a key); set back by the menu. */
  open?: Signal<boolean>;
  onOpen?: () => void;
  children: ComponentChildren;
}

/** A button with a menu (WAI-ARIA menu button): arrows, Home, End, first letters; Escape and Tab leave it. */
export function Menu({ button, label, class: name, place = "below", align = "start", open, onOpen, children }: Props): JSX.Element {
  const own = useSignal(false);
  const shown = open ?? own;
  const id = useId();
  const root = useRef<HTMLDivElement>(null);
  const isOpen = shown.value;

  // Before the next key can come: it belongs to the menu.
  useLayoutEffect(() => {
    if (!isOpen) return;
    items(root.current)[0]?.focus();
    const outside = (event: PointerEvent): void => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) shown.value = false;
    };
    document.addEventListener("pointerdown", outside);
    return () => {
      document.removeEventListener("pointerdown", outside);
    };
  }, [isOpen, shown]);

  const close = (): void => {
    shown.value = false;
    root.current?.querySelector("button")?.focus();
  };
  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class={name ?? "button"}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        title={label}
        onClick={() => {
          shown.value = !isOpen;
          if (!isOpen) onOpen?.();
        }}
      >
        {button}
        {label && <span class="only-heard">{label}</span>}
      </button>
      {isOpen && (
        <div
          id={id}
          class="menu-list"
          role="menu"
          data-place={place}
          data-align={align}
          aria-label={label}
          onClickCapture={close} // before what is chosen acts: a dialog gives the focus back to where it finds it
          onKeyDown={(event) => {
            if (event.key === "Escape") close();
            else if (event.key === "Tab") shown.value = false;
            else if (!moveFocus(root.current, event.key)) return;
            if (event.key !== "Tab") event.preventDefault();
            event.stopPropagation();
          }}
        >
          {children}
        </div>
      )}
    </div>
  );
}

interface ItemProps {
  onChoose: () => void;
  /** Given: one of several, chosen or not. */
  checked?: boolean;
  children: ComponentChildren;
}

export function MenuItem({ onChoose, checked, children }: ItemProps): JSX.Element {
  const choice = checked === undefined ? {} : ({ "aria-checked": checked } as const);
  return (
    <button type="button" class="menu-item" role={checked === undefined ? "menuitem" : "menuitemradio"} tabIndex={-1} onClick={onChoose} {...choice}>
      {children}
    </button>
  );
}

function items(root: HTMLElement | null): HTMLButtonElement[] {
  return [...(root?.querySelectorAll<HTMLButtonElement>(".menu-item") ?? [])];
}

/** Whether the key was one of the menu's. */
function moveFocus(root: HTMLElement | null, key: string): boolean {
  const all = items(root);
  const here = all.findIndex((one) => one === document.activeElement);
  const to = (index: number): boolean => {
    all[(index + all.length) % all.length]?.focus();
    return true;
  };
  if (key === "ArrowDown") return to(here + 1);
  if (key === "ArrowUp") return to(here - 1);
  if (key === "Home") return to(0);
  if (key === "End") return to(all.length - 1);
  if (key.length !== 1 || key === " ") return false;
  const after = [...all.slice(here + 1), ...all.slice(0, here + 1)];
  after.find((one) => one.textContent.trim().toLowerCase().startsWith(key.toLowerCase()))?.focus();
  return true;
}
