import type { ComponentChildren, JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { Talk } from "../views/home";
import { Icon } from "../views/icons";
import { useWidget } from "../views/widget";
import css from "./help.css?inline";
import { Library, type Article, type Hit, type Shelf } from "./library";
import { dressed, useLoaded } from "./loading";
import { HELP_WORDS, type HelpWords } from "./words";

const TYPED_MS = 350;

const dress = dressed(css);

/** Articles: searched, read and judged; a person stays one step away. */
export function Help({ query, article }: { query: string; article: string }): JSX.Element {
  const { chat, words, base } = useWidget();
  const [typed, setTyped] = useState(query);
  const [key, setKey] = useState(article);
  const account = chat.account?.account ?? "";
  const library = useMemo(() => new Library(base, account), [base, account]);
  const said = HELP_WORDS[words.language];
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), [key]);
  useEffect(() => {
    if (key && account) library.tell("read", key);
  }, [key, account, library]);
  return (
    <div class="screen help" ref={dress}>
      {!key && (
        <input
          ref={field}
          type="search"
          data-first
          maxLength={500}
          aria-label={words.t("help")}
          placeholder={words.t("help")}
          value={typed}
          onInput={(event) => setTyped(event.currentTarget.value)}
        />
      )}
      {account === "" ? (
        <p class="faint">{words.t("connecting")}</p>
      ) : key ? (
        <Reading key={key} library={library} article={key} said={said} onBack={() => setKey("")} />
      ) : (
        <Results library={library} typed={typed} said={said} onOpen={setKey} />
      )}
      <div class="help-talk">
        <Talk onGo={() => library.tell("person")} />
      </div>
    </div>
  );
}

interface ResultsProps {
  library: Library;
  typed: string;
  said: HelpWords;
  onOpen: (key: string) => void;
}

function Results({ library, typed, said, onOpen }: ResultsProps): JSX.Element {
  const { words } = useWidget();
  const [asked, setAsked] = useState(typed.trim());
  useEffect(() => {
    const timer = setTimeout(() => setAsked(typed.trim()), TYPED_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [typed]);
  const { language } = words;
  const found = useLoaded<Hit[] | Shelf[]>(() => (asked ? library.search(asked, language) : library.shelves(language)), `${language} ${asked}`);
  if (found === "loading") return <p class="faint">{words.t("connecting")}</p>;
  if (found === "failed") return <p role="alert">{said.failed}</p>;
  const none = asked !== "" && found.length === 0;
  return (
    <>
      <p class="hidden" role="status">
        {none ? said.none : `${asked ? said.results : said.all}: ${found.length}`}
      </p>
      {none && <p>{said.none}</p>}
      {found.map((row) => ("articles" in row ? <OneShelf key={row.key} shelf={row} onOpen={onOpen} /> : <OneHit key={row.key} hit={row} onOpen={onOpen} />))}
    </>
  );
}

function Row({ lang, onClick, children }: { lang: string; onClick: () => void; children: ComponentChildren }): JSX.Element {
  return (
    <button class="row help-row" lang={lang} onClick={onClick}>
      <span class="grow">{children}</span>
      <Icon name="forward" />
    </button>
  );
}

function OneHit({ hit, onOpen }: { hit: Hit; onOpen: (key: string) => void }): JSX.Element {
  return (
    <Row lang={hit.language} onClick={() => onOpen(hit.key)}>
      <b>{hit.title}</b>
      <small>{hit.excerpt}</small>
    </Row>
  );
}

function OneShelf({ shelf, onOpen }: { shelf: Shelf; onOpen: (key: string) => void }): JSX.Element {
  return (
    <section>
      <h3>{shelf.label}</h3>
      {shelf.articles.map((one) => (
        <Row key={one.key} lang={one.language} onClick={() => onOpen(one.key)}>
          {one.title}
        </Row>
      ))}
    </section>
  );
}

function Reading({ library, article: key, said, onBack }: { library: Library; article: string; said: HelpWords; onBack: () => void }): JSX.Element {
  const { words } = useWidget();
  const top = useRef<HTMLHeadingElement>(null);
  const article = useLoaded<Article>(() => library.read(key, words.language), `${key} ${words.language}`);
  // Who reads by ear is taken to its beginning.
  useLayoutEffect(() => top.current?.focus(), [article]);
  return (
    <>
      <button class="row help-back" onClick={onBack}>
        <Icon name="back" /> {said.all}
      </button>
      {article === "loading" && <p class="faint">{words.t("connecting")}</p>}
      {article === "failed" && <p role="alert">{said.failed}</p>}
      {typeof article === "object" && (
        <article lang={article.language}>
          <h3 ref={top} tabIndex={-1}>
            {article.title}
          </h3>
          <div class="help-body" dangerouslySetInnerHTML={{ __html: article.html }} />
        </article>
      )}
      {typeof article === "object" && <Judged library={library} article={key} said={said} />}
    </>
  );
}

function Judged({ library, article, said }: { library: Library; article: string; said: HelpWords }): JSX.Element {
  const [helped, setHelped] = useState<boolean | null>(null);
  const judge = (yes: boolean): void => {
    setHelped(yes);
    library.tell(yes ? "helped" : "not_helped", article);
  };
  return (
    <div class="help-judged" role="status">
      {helped === null ? (
        <>
          <b>{said.helped}</b>
          <button class="secondary" onClick={() => judge(true)}>
            {said.yes}
          </button>
          <button class="secondary" onClick={() => judge(false)}>
            {said.no}
          </button>
        </>
      ) : (
        <span>{helped ? said.thanks : said.sorry}</span>
      )}
    </div>
  );
}
