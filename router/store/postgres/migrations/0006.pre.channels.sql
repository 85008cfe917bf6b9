-- Channels beside the widget: what providers bring (inbox), what goes out to them (outbox), and files both ways.

-- Webhooks and mails as they came. One is acknowledged to its provider once it is here, and has its effect later.
CREATE TABLE inbox (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account     text NOT NULL,
    sender      text NOT NULL,        -- who wrote: what shares it is worked off in order
    dedupe_id   text NOT NULL,        -- the provider's ids of what is inside, or a hash of the bytes: repeats have the same
    headers     jsonb NOT NULL,       -- those the parser asks for, lower case
    body        bytea NOT NULL,
    received_at bigint NOT NULL,
    state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
    attempts    integer NOT NULL DEFAULT 0,
    next_at     bigint NOT NULL,      -- not looked at before
    kind        text NOT NULL DEFAULT '',
    reason      text NOT NULL DEFAULT '',
    UNIQUE (account, dedupe_id)
);
CREATE INDEX inbox_waiting ON inbox (id) WHERE state = 'waiting';
CREATE INDEX inbox_waiting_of_sender ON inbox (account, sender, id) WHERE state = 'waiting';
CREATE INDEX inbox_failed ON inbox (sender) WHERE state = 'failed';
CREATE INDEX inbox_received ON inbox (received_at);

-- receive_inbox (a function of the writer): keeps each request once.
--   outcome   received | repeated
CREATE FUNCTION receive_inbox(
    accounts text[], senders text[], dedupe_ids text[], headers text[], bodies bytea[], ats bigint[]
)
RETURNS TABLE (outcome text, id bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
    WITH added AS (
        INSERT INTO inbox (account, sender, dedupe_id, headers, body, received_at, next_at)
        SELECT account, sender, dedupe_id, header::jsonb, body, at, at
        FROM unnest(accounts, senders, dedupe_ids, headers, bodies, ats)
            WITH ORDINALITY AS e (account, sender, dedupe_id, header, body, at, place)
        ORDER BY account, dedupe_id, place
        ON CONFLICT (account, dedupe_id) DO NOTHING
        RETURNING inbox.account, inbox.dedupe_id, inbox.id
    )
    SELECT CASE WHEN a.id IS NULL OR row_number() OVER (PARTITION BY e.account, e.dedupe_id ORDER BY e.place) > 1
        THEN 'repeated' ELSE 'received' END, a.id
    FROM unnest(accounts, dedupe_ids) WITH ORDINALITY AS e (account, dedupe_id, place)
        LEFT JOIN LATERAL (
            SELECT id FROM added a WHERE a.account = e.account AND a.dedupe_id = e.dedupe_id LIMIT 1
        ) a ON true
    ORDER BY e.place;
END $$;

-- Each message in them once, whatever requests it came in. The conversation is chosen before the message is written
-- there, so that a second try writes to the same one.
CREATE TABLE inbound_messages (
    account         text NOT NULL,
    external_id     text NOT NULL,
    inbox_id        bigint NOT NULL,
    at              bigint NOT NULL,
    conversation_id text,
    n               integer,          -- set when it is written: its effect is over
    PRIMARY KEY (account, external_id)
);
CREATE INDEX inbound_messages_at ON inbound_messages (at);
CREATE INDEX inbound_messages_conversation ON inbound_messages (conversation_id);

-- Messages of ours on their way to a provider, made in the same commit as the message.
CREATE TABLE outbox (
    conversation_id text NOT NULL,
    n               integer NOT NULL,
    account         text NOT NULL,
    recipient       text NOT NULL,
    content         jsonb NOT NULL,   -- files, quick_replies, template: what the message's text does not say
    state           text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'sending', 'sent', 'delivered', 'read', 'failed', 'parked')),
    attempts        integer NOT NULL DEFAULT 0,
    next_at         bigint NOT NULL,  -- waiting: not before; sending: taken for lost after
    external_ids    text[] NOT NULL DEFAULT '{}',
    code            text NOT NULL DEFAULT '',
    reason          text NOT NULL DEFAULT '',
    created_at      bigint NOT NULL,
    sent_at         bigint,
    PRIMARY KEY (conversation_id, n),
    FOREIGN KEY (conversation_id, n) REFERENCES messages ON DELETE CASCADE
) WITH (fillfactor = 80);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_unsent ON outbox (conversation_id, n) WHERE state IN ('waiting', 'sending');
CREATE INDEX outbox_external ON outbox USING gin (external_ids);
CREATE INDEX outbox_up_to ON outbox (account, recipient, sent_at) WHERE state IN ('sent', 'delivered');

-- Files of messages, both ways. What a provider only points at is fetched after the message is there.
CREATE TABLE files (
    id              text PRIMARY KEY,
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    owner           text NOT NULL,        -- who brought it: a customer or a member of staff
    account         text NOT NULL,
    name            text NOT NULL,
    claimed_type    text NOT NULL,        -- as its sender says
    media_type      text NOT NULL,        -- as its bytes say; '' until they are here
    size_bytes      bigint,
    sha256          bytea,
    state           text NOT NULL CHECK (state IN ('fetching', 'stored', 'failed')),
    source          jsonb NOT NULL,       -- where to fetch it
    attempts        integer NOT NULL DEFAULT 0,
    next_at         bigint NOT NULL,
    reason          text NOT NULL DEFAULT '',
    created_at      bigint NOT NULL
);
CREATE INDEX files_fetching ON files (next_at) WHERE state = 'fetching';
CREATE INDEX files_conversation ON files (conversation_id);
CREATE INDEX originals_by_age ON files (created_at, id) WHERE claimed_type = 'message/rfc822';   -- mails as they came

CREATE TABLE file_contents (
    file_id text PRIMARY KEY REFERENCES files ON DELETE CASCADE,
    bytes   bytea NOT NULL
);
ALTER TABLE file_contents ALTER COLUMN bytes SET STORAGE EXTERNAL;   -- media is compressed already
