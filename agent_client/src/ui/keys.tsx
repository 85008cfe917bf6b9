import type { JSX } from "preact";

export function Keys({ keys }: { keys: readonly string[] }): JSX.Element {
  return (
    <span class="keys">
      {keys.map((key) => (
        <kbd key={key}>{key}</kbd>
      ))}
    </span>
  );
}
