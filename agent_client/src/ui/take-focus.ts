/** A `ref` for a field that comes into a page by a press. `autofocus` works once in a document, and after a while. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
