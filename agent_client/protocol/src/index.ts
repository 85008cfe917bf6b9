export { jsonCodec, type Codec } from "./codec";
export { CommandError, type Detail, type LocalCode } from "./errors";
export { type HelloFields, type Phase } from "./machine";
export { Session, type CommandOf, type SessionOptions, type SignalOf } from "./session";
export type * from "./messages";
