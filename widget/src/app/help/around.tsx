import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { Icon } from "../views/icons";
import { useWidget } from "../views/widget";
import css from "./around.css?inline";
import { Library, type Portal, type Shelf } from "./library";
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
  const portal = useLoaded<Portal>(() => library.portal(language), `${account} ${language}`);
  return (
    <div class="around" ref={dress}>
      {typeof portal === "object" && <Ways portal={portal} />}
      {typeof shelves === "object" && shelves.length > 0 && <Shelves shelves={shelves} />}
    </div>
  );
}

function Ways({ portal }: { portal: Portal }): JSX.Element {
  const { words } = useWidget();
  const said = HELP_WORDS[words.language];
  return (
    <>
      {portal.cases && <Way to="my" icon="list" title={said.cases} more={said.cases_how} />}
      {portal.forms.map(({ key, title, intro }) => (
        <Way key={key} to={`form/${key}`} icon="file" title={title} more={intro} />
      ))}
    </>
  );
}

function Way({ to, icon, title, more }: { to: string; icon: "list" | "file"; title: string; more: string }): JSX.Element {
  const { words, base } = useWidget();
  return (
    <a class="card row" href={`${base}${to}?language=${words.language}`}>
      <span class="disc quiet">
        <Icon name={icon} />
      </span>
      <span class="grow">
        <b>{title}</b>
        <small>{more}</small>
      </span>
      <Icon name="forward" />
    </a>
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
