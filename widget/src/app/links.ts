/** A text cut into plain parts and web addresses. Only http and https become links; everything else stays text. */
interface Part {
  text: string;
  /** null: plain text. */
  href: string | null;
}

const ADDRESS = /\bhttps?:\/\/[^\s<>"']+/gi;
/** Sentence marks after an address, and a bracket that was opened before it. */
const TRAILING = /[.,;:!?)\]}»”…]+$/;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    if (!URL.canParse(address)) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), href: null });
    parts.push({ text: address, href: address });
    end = match.index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), href: null });
  return parts;
}

/** Keeps a closing bracket that belongs to the address, as in `…/wiki/Larkspur_(flower)`. */
function trimmed(address: string): string {
  const bare = address.replace(TRAILING, "");
  const rest = address.slice(bare.length);
  return bare.includes("(") && !bare.includes(")") && rest.startsWith(")") ? `${bare})` : bare;
}
