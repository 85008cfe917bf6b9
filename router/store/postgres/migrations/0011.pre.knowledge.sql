-- Knowledge: articles with their versions, what is searched of them, how they are used, and what agents have at hand.

CREATE TABLE article_categories (
    key      text PRIMARY KEY,
    parent   text REFERENCES article_categories,
    position integer NOT NULL DEFAULT 0,
    labels   jsonb NOT NULL           -- language → what people read
);

CREATE TABLE articles (
    id            text PRIMARY KEY,
    key           text NOT NULL UNIQUE,   -- in addresses and file names
    category      text NOT NULL REFERENCES article_categories,
    audience      text NOT NULL CHECK (audience IN ('public', 'agents')),
    archived_at   bigint,
    proposed_from text NOT NULL DEFAULT '',   -- the conversation it was proposed from
    created_at    bigint NOT NULL,
    created_by    text NOT NULL,
    changed_at    bigint NOT NULL,
    reviewed_at   bigint NOT NULL         -- when somebody last said that it still holds
);
CREATE INDEX articles_category ON articles (category);

CREATE TABLE article_versions (
    article_id text NOT NULL REFERENCES articles ON DELETE CASCADE,
    language   text NOT NULL,
    version    integer NOT NULL CHECK (version > 0),
    title      text NOT NULL,
    body       text NOT NULL,             -- Markdown
    examples   text[] NOT NULL,           -- questions people ask
    saved_at   bigint NOT NULL,
    saved_by   text NOT NULL,
    PRIMARY KEY (article_id, language, version)
);

-- article_texts: one language of an article as it stands. words: of the published version; null: nobody finds it.
CREATE TABLE article_texts (
    article_id   text NOT NULL REFERENCES articles ON DELETE CASCADE,
    language     text NOT NULL,
    latest       integer NOT NULL,
    published    integer,
    published_at bigint,
    words        tsvector,
    PRIMARY KEY (article_id, language)
);
CREATE INDEX article_texts_words ON article_texts USING gin (words);

-- article_counts: what happened with an article, by day.
CREATE TABLE article_counts (
    article_id text NOT NULL REFERENCES articles ON DELETE CASCADE,
    day        bigint NOT NULL,           -- its first moment, UTC
    what       text NOT NULL CHECK (what IN ('read', 'inserted', 'answered', 'helped', 'not_helped')),
    count      integer NOT NULL,
    PRIMARY KEY (article_id, day, what)
);

-- missed_searches: what people looked for and did not find; without what names a person.
CREATE TABLE missed_searches (
    language text NOT NULL,
    text     text NOT NULL,
    count    integer NOT NULL,
    last_at  bigint NOT NULL,
    PRIMARY KEY (language, text)
);
CREATE INDEX missed_searches_age ON missed_searches (last_at);

-- help_visits: how visitors' own search for help went.
CREATE TABLE help_visits (
    id         text PRIMARY KEY,          -- made by the visitor's page for one visit; names nobody
    account    text NOT NULL,
    begun_at   bigint NOT NULL,
    seen_at    bigint NOT NULL,
    searched   integer NOT NULL DEFAULT 0,
    found      boolean NOT NULL DEFAULT false,
    read       integer NOT NULL DEFAULT 0,
    helped     boolean,                   -- what they last said; null: nothing
    person_at  bigint                     -- when they asked for a person
);
CREATE INDEX help_visits_begun ON help_visits (begun_at);

-- What agents type after a slash. teams: who may use it; empty: everybody.
CREATE TABLE quick_texts (
    id         text PRIMARY KEY,
    short      text NOT NULL,             -- what is typed after the slash
    owner_id   text NOT NULL DEFAULT '',  -- whose alone it is; empty: everybody's
    teams      text[] NOT NULL DEFAULT '{}',
    title      text NOT NULL,
    texts      jsonb NOT NULL,            -- language → text with variables
    revision   integer NOT NULL,
    used       integer NOT NULL DEFAULT 0,
    changed_at bigint NOT NULL,
    UNIQUE (owner_id, short)
);

-- Several actions on a conversation or a case, run as one. teams: as of quick texts.
CREATE TABLE macros (
    id         text PRIMARY KEY,
    key        text NOT NULL UNIQUE,
    title      text NOT NULL,
    keys       text NOT NULL DEFAULT '',  -- the digit that runs it; empty: none
    teams      text[] NOT NULL DEFAULT '{}',
    condition  text NOT NULL,
    actions    jsonb NOT NULL,
    revision   integer NOT NULL,
    used       integer NOT NULL DEFAULT 0,
    changed_at bigint NOT NULL
);

-- macro_runs: a macro under way or over, on a conversation or on a case (the other is ''). What is in flight is carried out
-- once in effect.
CREATE TABLE macro_runs (
    id              text PRIMARY KEY,     -- of agent and client_id: the same command again is the same run
    macro_id        text NOT NULL,
    agent_id        text NOT NULL,
    conversation_id text NOT NULL,
    work_item_id    text NOT NULL,        -- '' when it is not in the agent's hands
    case_id         text NOT NULL DEFAULT '',
    language        text NOT NULL,
    actions         jsonb NOT NULL,       -- as they were when it began
    outcomes        jsonb NOT NULL,       -- one for each action that was tried
    begun_at        bigint NOT NULL,
    touched_at      bigint NOT NULL,
    over            boolean NOT NULL DEFAULT false
);
CREATE INDEX macro_runs_under_way ON macro_runs (touched_at) WHERE NOT over;
CREATE INDEX macro_runs_conversation ON macro_runs (conversation_id);
