/** A text by plural category of its `count` (CLDR); which categories a language has, Intl.PluralRules knows. */
type Plural = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };
export type Text = string | Plural;
/** The same texts in another language. */
export type Catalogue<Texts> = Record<keyof Texts, Text>;
export type Params = Readonly<Record<string, string | number>>;

/** What a language brings: its rules are the platform's own. */
interface Tongue {
  plural: Intl.PluralRules;
  number: Intl.NumberFormat;
}

export function tongueOf(language: string): Tongue {
  return { plural: new Intl.PluralRules(language), number: new Intl.NumberFormat(language) };
}

/** Put params into `{name}` places; numbers are written the language's way. A missing param shows its place. */
export function format(text: Text, params: Params, tongue: Tongue): string {
  return pick(text, params, tongue).replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    if (value === undefined) return place;
    return typeof value === "number" ? tongue.number.format(value) : value;
  });
}

function pick(text: Text, params: Params, tongue: Tongue): string {
  if (typeof text === "string") return text;
  return text[tongue.plural.select(Number(params.count ?? 0))] ?? text.other;
}
