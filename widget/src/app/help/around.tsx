import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Icon } from "../views/icons";
import { useWidget } from "../views/widget";
import css from "./around.css?inline";
import { Library, type Offers, type Shelf } from "./library";
import { dressed, useLoaded } from "./loading";
import { HELP_WORDS } from "./words";

const dress = dressed(css);

/** Articles of a shelf that are shown before it is opened. */
const SHOWN = 4;

/** What a portal has around the conversation: what there is to read, the forms, the way to one's cases. */
export function Around(): JSX.Element {
  const { chat, words, base } = useWidget();
  const { account = "", help = false } = chat.account ?? {};
  const library = useMemo(() => new Library(base, account), [base, account]);
  const { language } = words;
  const shelves = useLoaded<Shelf[]>(async () => (help ? library.shelves(language) : []), `${account} ${language}`);
  const offers = useLoaded<Offers>(() => library.offers(language), `${account} ${language}`);
  return (
    <div class="around" ref={dress}>
      {typeof offers === "object" && <Ways offers={offers} language={language} />}
      {typeof shelves === "object" && shelves.length > 0 && <Shelves shelves={shelves} />}
    </div>
  );
}

function Ways({ offers, language }: { offers: Offers; language: string }): JSX.Element | null {
  const { words, base } = useWidget();
  const said = HELP_WORDS[words.language];
  return (
    <>
      {offers.cases && (
        <a class="card row" href={`${base}my?language=${language}`}>
          <span class="disc quiet">
            <Icon name="list" />
          </span>
          <span class="grow">
            <b>{said.cases}</b>
            <small>{said.cases_how}</small>
          </span>
          <Icon name="forward" />
        </a>
      )}
      {offers.forms.map((form) => (
        <a key={form.key} class="card row" href={`${base}form/${form.key}?language=${language}`}>
          <span class="disc quiet">
            <Icon name="file" />
          </span>
          <span class="grow">
            <b>{form.title}</b>
            <small>{form.intro}</small>
          </span>
          <Icon name="forward" />
        </a>
      ))}
    </>
  );
}

function Shelves({ shelves }: { shelves: Shelf[] }): JSX.Element {
  const { words, go } = useWidget();
  const said = HELP_WORDS[words.language];
  const open = (key: string): void => {
    go({ name: "help", query: "", key });
  };
  return (
    <nav class="shelves" aria-label={said.all}>
      {shelves.map((shelf) => (
        <div key={shelf.key}>
          <h3>{shelf.label}</h3>
          <ul>
            {shelf.articles.slice(0, SHOWN).map((one) => (
              <li key={one.key} lang={one.language}>
                <button onClick={() => open(one.key)}>{one.title}</button>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <button class="secondary" onClick={() => open("")}>
        {said.all}
      </button>
    </nav>
  );
}
