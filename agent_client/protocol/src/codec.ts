/** How frames become bytes. The subprotocol names the codec to the server. */
export interface Codec {
  readonly subprotocol: string;
  encode(frame: unknown): string | Uint8Array<ArrayBuffer>;
  /** Throws when the data is not a frame of this codec. */
  decode(data: string | ArrayBuffer): unknown;
}

export const jsonCodec: Codec = {
  subprotocol: "usher.v1.json",
  encode: JSON.stringify,
  decode: (data): unknown => JSON.parse(data as string),
};
