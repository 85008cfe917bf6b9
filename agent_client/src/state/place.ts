/** RFC 5870, as far as it says where. */
const GEO = /^geo:(-?\d{1,2}(?:\.\d+)?),(-?\d{1,3}(?:\.\d+)?)(?:[,;?]|$)/;

export interface Place {
  latitude: string;
  longitude: string;
}

/** null: this says no place on the Earth. */
export function placeOf(uri: string): Place | null {
  const [, latitude = "", longitude = ""] = GEO.exec(uri) ?? [];
  if (latitude === "" || Math.abs(Number(latitude)) > 90 || Math.abs(Number(longitude)) > 180) return null;
  return { latitude, longitude };
}

export function mapOf({ latitude, longitude }: Place): string {
  return `https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`;
}
