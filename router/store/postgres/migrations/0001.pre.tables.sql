-- Every …_at is milliseconds since 1970 (bigint); ids are text made by the server; small sets of words have a CHECK.

CREATE TABLE staff (
    id            text PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
    team          text NOT NULL,
    password_hash text NOT NULL,
    status        text NOT NULL,      -- the presence status last chosen
    units_limit   integer NOT NULL CHECK (units_limit >= 0),
    at_most       jsonb NOT NULL,     -- channel → most items held at once; channels missing are not served
    language      text NOT NULL,
    active        boolean NOT NULL,
    created_at    bigint NOT NULL
);
CREATE UNIQUE INDEX staff_email ON staff (lower(email));

CREATE TABLE staff_skills (
    agent_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
    skill    text NOT NULL,
    level    integer NOT NULL CHECK (level BETWEEN 1 AND 10),
    PRIMARY KEY (agent_id, skill)
);

CREATE TABLE staff_queues (
    agent_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
    queue    text NOT NULL,
    PRIMARY KEY (agent_id, queue)
);

CREATE TABLE login_sessions (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),   -- SHA-256: a stolen dump signs nobody in
    staff_id     text NOT NULL REFERENCES staff ON DELETE CASCADE,
    created_at   bigint NOT NULL,
    expires_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    user_agent   text NOT NULL
);
CREATE INDEX login_sessions_staff ON login_sessions (staff_id);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

CREATE TABLE customers (
    id         text PRIMARY KEY,
    name       text NOT NULL,
    email      text NOT NULL,
    language   text NOT NULL,
    attributes jsonb NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE identities (
    kind        text NOT NULL,        -- phone, email, messenger id …
    value       text NOT NULL,
    customer_id text NOT NULL REFERENCES customers ON DELETE CASCADE,
    PRIMARY KEY (kind, value)
);
CREATE INDEX identities_customer ON identities (customer_id);

CREATE TABLE visitors (
    id           text PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),
    customer_id  text NOT NULL REFERENCES customers ON DELETE CASCADE,
    account      text NOT NULL,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL
);
CREATE INDEX visitors_customer ON visitors (customer_id);

CREATE TABLE conversations (
    id                   text PRIMARY KEY,
    channel              text NOT NULL,
    account              text NOT NULL,
    customer_id          text NOT NULL REFERENCES customers ON DELETE CASCADE,
    visitor_id           text REFERENCES visitors ON DELETE SET NULL,
    start_id             text NOT NULL,       -- the client_id of its first message: starting again is the same start
    subject              text NOT NULL,
    language             text NOT NULL,
    department           text NOT NULL,
    page_url             text NOT NULL,
    attributes           jsonb NOT NULL,
    state                text NOT NULL CHECK (state IN ('open', 'closed')),
    started_at           bigint NOT NULL,
    closed_at            bigint,
    last_n               integer NOT NULL,
    customer_delivered_n integer NOT NULL DEFAULT 0,
    customer_read_n      integer NOT NULL DEFAULT 0,
    agent_delivered_n    integer NOT NULL DEFAULT 0,
    agent_read_n         integer NOT NULL DEFAULT 0,
    rating               integer CHECK (rating BETWEEN 1 AND 5),
    rating_comment       text NOT NULL DEFAULT '',
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    UNIQUE (customer_id, start_id)
) WITH (fillfactor = 80);   -- every message updates its row: room for that on the same page
CREATE INDEX conversations_customer ON conversations (customer_id, started_at DESC);
CREATE UNIQUE INDEX conversations_one_open_a_visitor ON conversations (visitor_id) WHERE state = 'open';

CREATE TABLE messages (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,         -- from 1, without gaps
    kind            text NOT NULL CHECK (kind IN ('text', 'note', 'system')),
    author          text NOT NULL CHECK (author IN ('customer', 'agent', 'bot', 'system')),
    author_id       text NOT NULL,
    author_name     text NOT NULL,
    text            text NOT NULL,
    client_id       text NOT NULL,
    at              bigint NOT NULL,
    PRIMARY KEY (conversation_id, n),
    UNIQUE (conversation_id, author_id, kind, client_id)   -- kind: no client can take an id the house uses
);

CREATE TABLE work_items (
    id              text PRIMARY KEY,
    conversation_id text REFERENCES conversations ON DELETE CASCADE,
    queue           text NOT NULL,
    channel         text NOT NULL,
    demand          jsonb NOT NULL,
    weight          integer NOT NULL,
    priority        integer NOT NULL,
    enqueued_at     bigint NOT NULL,
    -- The rest follows the journal. queued_seq guards its place, last_seq its state: a late event changes nothing.
    lane            text NOT NULL DEFAULT '',
    score           bigint,
    queued_seq      bigint NOT NULL DEFAULT 0,
    state           text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'offered', 'assigned', 'wrap_up', 'closed')),
    agent_id        text,
    offer_id        text,
    offer_expires_at bigint,
    wrap_up_until   bigint,
    last_seq        bigint NOT NULL DEFAULT 0,
    attempt         integer NOT NULL DEFAULT 0,
    answered_at     bigint,           -- first accepted
    accepted_at     bigint,           -- last accepted
    closed_at       bigint,
    outcome         text,
    disposition     text
) WITH (fillfactor = 80);
CREATE INDEX work_items_conversation ON work_items (conversation_id);
CREATE INDEX work_items_open ON work_items (enqueued_at, id) WHERE state <> 'closed';
CREATE INDEX work_items_answered ON work_items (answered_at);
CREATE INDEX work_items_abandoned ON work_items (closed_at) WHERE state = 'closed' AND answered_at IS NULL;

CREATE TABLE journal (
    seq      bigint PRIMARY KEY,
    at       bigint NOT NULL,
    type     text NOT NULL,
    item_id  text,
    agent_id text,
    queue    text,
    body     bytea NOT NULL           -- the event as the store function wrote it (msgpack)
);
CREATE INDEX journal_item ON journal (item_id, seq) WHERE item_id IS NOT NULL;
CREATE INDEX journal_at ON journal USING brin (at);

CREATE TABLE store_epochs (
    epoch       text PRIMARY KEY,
    started_seq bigint NOT NULL,
    at          bigint NOT NULL
);
CREATE INDEX store_epochs_at ON store_epochs (started_seq DESC, at DESC);

CREATE TABLE audit (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       bigint NOT NULL,
    actor_id text NOT NULL,
    action   text NOT NULL,
    subject  text NOT NULL,
    detail   jsonb NOT NULL
);
CREATE INDEX audit_at ON audit (at);
