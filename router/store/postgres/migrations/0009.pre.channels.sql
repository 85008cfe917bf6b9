-- Channels beside the widget: what providers bring (inbox), what goes out to them (outbox), and files both ways.

-- thread: what two messages share that belong in one conversation while it is open: account and sender for messengers,
-- the first mail of a thread for e-mail; null where a conversation has a beginning of its own (webchat, a call).
-- address: the customer as the channel names them; what answers are sent to.
ALTER TABLE conversations ADD COLUMN thread text, ADD COLUMN address text NOT NULL DEFAULT '';
CREATE UNIQUE INDEX conversations_one_open_a_thread ON conversations (account, thread) WHERE state = 'open';

-- extra: what few messages have: sent_at by the provider's clock, a placeholder's word, the button pressed, files …
ALTER TABLE messages ADD COLUMN extra jsonb;

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
CREATE INDEX inbox_received ON inbox (received_at);

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
CREATE TABLE file_contents (
    file_id text PRIMARY KEY REFERENCES files ON DELETE CASCADE,
    bytes   bytea NOT NULL
);
ALTER TABLE file_contents ALTER COLUMN bytes SET STORAGE EXTERNAL;   -- media is compressed already

-- receive_inbox: keeps each request once.
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

-- append_messages: as before, with what few messages have, and one more row for what goes out through a provider.
--   extras    jsonb or null. outgoing: jsonb, what the outbox is to send beside the text; null: as the text is.
--   outcome   appended | repeated (same conversation, author, kind and client_id: n and at of the first)
--             | closed | unknown
CREATE FUNCTION append_messages(
    conversation_ids text[], kinds text[], authors text[], author_ids text[], author_names text[], texts text[],
    client_ids text[], ats bigint[], even_closed boolean[], extras text[], outgoing text[]
) RETURNS TABLE (outcome text, n integer, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT e.*, c.state, c.last_n, c.account, c.address, c.thread, m.n AS known_n, m.at AS known_at,
            m.n IS NULL AND (c.state = 'open' OR e.even_closed AND c.state = 'closed')
                AND row_number() OVER same = 1 AS fresh
        FROM unnest(conversation_ids, kinds, authors, author_ids, author_names, texts, client_ids, ats, even_closed,
                extras, outgoing)
                WITH ORDINALITY AS e (conversation_id, kind, author, author_id, author_name, text, client_id, at,
                even_closed, extra, content, place)
            LEFT JOIN LATERAL (SELECT * FROM conversations c WHERE c.id = e.conversation_id LIMIT 1) c ON true
            LEFT JOIN LATERAL (
                SELECT * FROM messages m
                WHERE m.conversation_id = e.conversation_id AND m.author_id = e.author_id AND m.kind = e.kind
                    AND m.client_id = e.client_id
                LIMIT 1
            ) m ON true
        WINDOW same AS (PARTITION BY e.conversation_id, e.author_id, e.kind, e.client_id ORDER BY place)
    ), numbered AS (
        SELECT j.*,
            (last_n + count(*) FILTER (WHERE fresh) OVER (PARTITION BY conversation_id ORDER BY place))::integer AS n
        FROM judged j
    ), inserted AS (
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at, extra)
        SELECT conversation_id, n, kind, author, author_id, author_name, text, client_id, at, extra::jsonb
        FROM numbered WHERE fresh
    ), sent AS (
        INSERT INTO outbox (conversation_id, n, account, recipient, content, next_at, created_at)
        SELECT conversation_id, n, account, address, coalesce(content, '{}')::jsonb, at, at
        FROM numbered WHERE fresh AND kind = 'text' AND author IN ('agent', 'bot') AND thread IS NOT NULL
    ), counted AS (
        UPDATE conversations c SET last_n = f.n
        FROM (SELECT conversation_id, max(n) AS n FROM numbered WHERE fresh GROUP BY conversation_id) f
        WHERE c.id = f.conversation_id
    )
    SELECT
        CASE
            WHEN fresh THEN 'appended'
            WHEN known_n IS NOT NULL OR bool_or(fresh) OVER same THEN 'repeated'
            WHEN state IS NULL THEN 'unknown'
            ELSE 'closed'
        END,
        coalesce(known_n, first_value(n) OVER same), coalesce(known_at, first_value(at) OVER same)
    FROM numbered
    WINDOW same AS (PARTITION BY conversation_id, author_id, kind, client_id ORDER BY place)
    ORDER BY place;
END $$;

-- start_conversations: conversation, its first message (n = 1) and its work item, all or nothing for each entry.
-- item_ids may hold nulls: a conversation nobody is needed for yet.
--   outcome   started | repeated (same customer and start_id: the first one)
--             | has_open (the visitor's open one, or the open one of the thread)
CREATE FUNCTION start_conversations(
    ids text[], channels text[], accounts text[], customer_ids text[], visitor_ids text[], start_ids text[],
    subjects text[], languages text[], departments text[], page_urls text[], ats bigint[],
    authors text[], author_ids text[], author_names text[], texts text[], threads text[], addresses text[],
    attributes text[], extras text[],
    item_ids text[], queues text[], demands text[], weights integer[], priorities integer[]
) RETURNS TABLE (outcome text, conversation_id text, item_id text, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    started text[];
BEGIN
    WITH inserted AS (
        INSERT INTO conversations (
            id, channel, account, customer_id, visitor_id, start_id, subject, language, department, page_url, thread,
            address, attributes, state, started_at, last_n
        )
        SELECT id, channel, account, customer_id, visitor_id, start_id, subject, language, department, page_url, thread,
            address, attributes::jsonb, 'open', at, 1
        FROM unnest(ids, channels, accounts, customer_ids, visitor_ids, start_ids, subjects, languages, departments,
                page_urls, threads, addresses, attributes, ats)
            WITH ORDINALITY AS e (id, channel, account, customer_id, visitor_id, start_id, subject, language, department,
                page_url, thread, address, attributes, at, place)
        ORDER BY customer_id, place
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id) INTO started FROM inserted;

    INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at, extra)
    SELECT id, 1, 'text', author, author_id, author_name, text, start_id, at, extra::jsonb
    FROM unnest(ids, authors, author_ids, author_names, texts, start_ids, ats, extras)
        AS e (id, author, author_id, author_name, text, start_id, at, extra)
    WHERE id = ANY (started);

    INSERT INTO work_items (id, conversation_id, queue, channel, demand, weight, priority, enqueued_at)
    SELECT item_id, id, queue, channel, demand::jsonb, weight, priority, at
    FROM unnest(item_ids, ids, queues, channels, demands, weights, priorities, ats)
        AS e (item_id, id, queue, channel, demand, weight, priority, at)
    WHERE id = ANY (started) AND item_id IS NOT NULL;

    RETURN QUERY
    SELECT
        CASE WHEN same.id IS NULL THEN 'has_open' WHEN same.id = e.id THEN 'started' ELSE 'repeated' END,
        found.id, (SELECT w.id FROM work_items w WHERE w.conversation_id = found.id ORDER BY enqueued_at, id LIMIT 1),
        found.started_at
    FROM unnest(ids, customer_ids, visitor_ids, start_ids, accounts, threads)
            WITH ORDINALITY AS e (id, customer_id, visitor_id, start_id, account, thread, place)
        LEFT JOIN LATERAL (
            SELECT id FROM conversations c WHERE c.customer_id = e.customer_id AND c.start_id = e.start_id LIMIT 1
        ) same ON true
        LEFT JOIN LATERAL (
            SELECT id FROM conversations c
            WHERE same.id IS NULL AND c.visitor_id = e.visitor_id AND c.state = 'open' LIMIT 1
        ) seen ON true
        LEFT JOIN LATERAL (
            SELECT id FROM conversations c
            WHERE same.id IS NULL AND c.account = e.account AND c.thread = e.thread AND c.state = 'open' LIMIT 1
        ) known ON true
        LEFT JOIN LATERAL (
            SELECT id, started_at FROM conversations c WHERE c.id = coalesce(same.id, seen.id, known.id) LIMIT 1
        ) found ON true
    ORDER BY place;
END $$;
