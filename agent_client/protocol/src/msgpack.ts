import { Decoder, Encoder } from "@msgpack/msgpack";
import type { Codec } from "./codec";

const encoder = new Encoder();
const decoder = new Decoder();

/** Binary frames. An entry of its own, so that the widget never carries the library. */
export const msgpackCodec: Codec = {
  subprotocol: "usher.v1.msgpack",
  encode: (frame) => encoder.encode(frame),
  decode: (data) => decoder.decode(data as ArrayBuffer),
};
