/** Colours out of one accent, with the contrast WCAG asks for whatever accent a site chose. */

type Rgb = readonly [number, number, number];

/** Normal text against its background. */
export const TEXT_CONTRAST = 4.5;

/** hex: `#rrggbb`. */
export function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => b - a) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

interface Accent {
  /** The accent as a surface, and what is readable on it. */
  fill: string;
  onFill: string;
  /** The accent as text and focus ring on `surface`. */
  text: string;
}

/** fill stays the site's own colour; only text moves, as little as it must. */
export function accentOn(accent: string, surface: string): Accent {
  const onFill = contrast(accent, "#ffffff") >= TEXT_CONTRAST ? "#ffffff" : "#000000";
  return { fill: accent, onFill, text: readable(accent, surface) };
}

function readable(colour: string, surface: string): string {
  const goal = luminance(parse(surface)) > 0.18 ? 0 : 255;
  const from = parse(colour);
  for (let step = 0; step <= 20; step++) {
    const mixed = format(from.map((part) => part + ((goal - part) * step) / 20) as unknown as Rgb);
    if (contrast(mixed, surface) >= TEXT_CONTRAST) return mixed;
  }
  return goal ? "#ffffff" : "#000000";
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as unknown as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function parse(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

function format(colour: Rgb): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, "0")).join("")}`;
}
