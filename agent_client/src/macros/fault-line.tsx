import type { JSX } from "preact";

import { Icon } from "../ui/icon";
import type { Fault } from "./fault";

/** What is wrong with a field or anything within it; said aloud when it appears. */
export function FaultLine({ fault, field }: { fault: Fault | null; field: string }): JSX.Element {
  const here = fault !== null && (fault.field === field || (field !== "" && fault.field.startsWith(`${field}.`)));
  return (
    <div role="alert">
      {here && (
        <p class="fault small">
          <Icon name="alert" size={14} /> {fault.text}
        </p>
      )}
    </div>
  );
}
