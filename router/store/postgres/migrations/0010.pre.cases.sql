-- Cases: matters that outlive a conversation. Each has a conversation of its own (channel `case`), closed but while it is
-- in line or in work: its notes, steps and files are there, and its work item.

CREATE SEQUENCE case_numbers START 1001;   -- what people say: "case 1042"

CREATE TABLE cases (
    id              text PRIMARY KEY,
    number          bigint NOT NULL UNIQUE DEFAULT nextval('case_numbers'),
    revision        integer NOT NULL DEFAULT 1,
    start_id        text NOT NULL,            -- what its maker calls it: made again it is the same case
    conversation_id text NOT NULL UNIQUE REFERENCES conversations ON DELETE CASCADE,
    customer_id     text NOT NULL REFERENCES customers ON DELETE CASCADE,
    subject         text NOT NULL,
    case_type       text NOT NULL,
    priority        text NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    status          text NOT NULL CHECK (status IN ('new', 'working', 'waiting', 'escalated', 'closed')),
    owner_id        text NOT NULL,
    queue           text NOT NULL,
    channel         text NOT NULL,            -- where it came from
    account         text NOT NULL,
    language        text NOT NULL,
    folder          text NOT NULL,
    labels          text[] NOT NULL,
    parent_id       text REFERENCES cases ON DELETE SET NULL,
    created_by      text NOT NULL,            -- '': a rule
    created_at      bigint NOT NULL,
    updated_at      bigint NOT NULL,
    status_since    bigint NOT NULL,
    closed_at       bigint,
    forgotten_at    bigint,                   -- its words are gone, the row is kept for the numbers
    promised_at     bigint,
    plan            text NOT NULL,
    routed_at       bigint,                   -- since when it is to be in line or in work: its item's enqueued_at
    requirements    jsonb NOT NULL,           -- skill → level, by the words it began with
    asked_at        bigint,                   -- its customer was asked how they found it, and has not said yet
    -- Since when its customer is to be told the expected time, and to be asked how they found it: a node may die between
    -- a change and telling it.
    promise_owed_at bigint,
    survey_owed_at  bigint,
    csat            integer CHECK (csat BETWEEN 1 AND 5),
    nps             integer CHECK (nps BETWEEN 0 AND 10),
    due_at          bigint,                   -- its next deadline, the past included
    late            boolean NOT NULL DEFAULT false,
    next_at         bigint,                   -- when it is looked at again by itself; the store's alarm rings then
    search          tsvector GENERATED ALWAYS AS (to_tsvector('simple', subject)) STORED,
    UNIQUE (created_by, start_id),
    CHECK ((status = 'closed') = (closed_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX cases_updated ON cases (updated_at DESC, id DESC);
CREATE INDEX cases_created ON cases (created_at DESC, id DESC);
CREATE INDEX cases_status ON cases (status, updated_at DESC, id DESC);
CREATE INDEX cases_owner ON cases (owner_id, updated_at DESC, id DESC);
CREATE INDEX cases_in_hand ON cases (owner_id) WHERE closed_at IS NULL AND owner_id <> '';
CREATE INDEX cases_queue ON cases (queue, updated_at DESC, id DESC);
CREATE INDEX cases_customer ON cases (customer_id, updated_at DESC);
CREATE INDEX cases_parent ON cases (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX cases_due ON cases (due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX cases_next ON cases (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX cases_routed ON cases (id) WHERE routed_at IS NOT NULL;
CREATE INDEX cases_open ON cases (id) WHERE closed_at IS NULL;
CREATE INDEX cases_folder ON cases (folder) WHERE folder <> '';
CREATE INDEX cases_closed ON cases (closed_at) WHERE closed_at IS NOT NULL;
CREATE INDEX cases_to_forget ON cases (closed_at, id) WHERE closed_at IS NOT NULL AND forgotten_at IS NULL;
CREATE INDEX cases_search ON cases USING gin (search);

-- Its deadlines. left_ms: working time left at `since`, when it last began to run; below 0 once it is over. due_at,
-- warn_at: null: it does not run, never comes due, or was warned of. late: it was or is missed.
CREATE TABLE case_milestones (
    case_id    text NOT NULL REFERENCES cases ON DELETE CASCADE,
    kind       text NOT NULL,
    number     integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('running', 'paused', 'met', 'missed', 'ended')),
    started_at bigint NOT NULL,
    since      bigint NOT NULL,
    left_ms    bigint NOT NULL,
    due_at     bigint,
    warn_at    bigint,
    ended_at   bigint,
    late       boolean NOT NULL,
    PRIMARY KEY (case_id, kind, number)
) WITH (fillfactor = 80);
CREATE INDEX case_milestones_ended ON case_milestones (ended_at) WHERE ended_at IS NOT NULL;

-- Conversations with the customer that belong to a case. seen_n: up to which message they had their effect on it.
CREATE TABLE case_conversations (
    conversation_id text PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    case_id         text NOT NULL REFERENCES cases ON DELETE CASCADE,
    seen_n          integer NOT NULL DEFAULT 0,
    linked_at       bigint NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX case_conversations_case ON case_conversations (case_id);

-- What happened to a case, beside what was said in its conversations. key: the same twice is one.
CREATE TABLE case_entries (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id text NOT NULL REFERENCES cases ON DELETE CASCADE,
    kind    text NOT NULL,
    at      bigint NOT NULL,
    by_id   text NOT NULL,
    word    text NOT NULL,
    subject text NOT NULL,
    changes jsonb NOT NULL,
    key     text
);
CREATE INDEX case_entries_case ON case_entries (case_id, at DESC, id DESC);
CREATE UNIQUE INDEX case_entries_key ON case_entries (case_id, key) WHERE key IS NOT NULL;

CREATE TABLE case_views (
    id         text PRIMARY KEY,
    owner_id   text NOT NULL,
    name       text NOT NULL,
    filter     jsonb NOT NULL,
    sorted_by  text NOT NULL,
    shared     boolean NOT NULL,
    updated_at bigint NOT NULL
);
CREATE INDEX case_views_owner ON case_views (owner_id);
