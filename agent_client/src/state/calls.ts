import type { Call } from "@usher/protocol";

import type { State } from "./state";

export function callsFrom(calls: readonly Call[]): ReadonlyMap<string, Call> {
  return new Map(calls.map((call) => [call.call_id, call]));
}

/** Nodes tell of a call independently: what is older than what is known changes nothing. */
export function receiveCall(state: State, call: Call): State {
  const known = state.calls.get(call.call_id);
  if (known !== undefined && known.version >= call.version) return state;
  return { ...state, calls: new Map(state.calls).set(call.call_id, call) };
}

export function closeCall(state: State, callId: string, version: number): State {
  const known = state.calls.get(callId);
  if (known === undefined || known.version > version) return state;
  const calls = new Map(state.calls);
  calls.delete(callId);
  return { ...state, calls };
}
