-- Batched writes: what a node's writer keeps in one commit. Here is what concerns conversations and work items; the inbox,
-- calls and bots have theirs beside their tables, of the same form.
--
-- Each function takes arrays, one element an entry, and returns one row an entry, in their order (append_journal: nothing).
-- Each is idempotent, so that a batch whose answer was lost is simply sent again. They lock rows in the order of ids, so
-- that batches of several nodes do not wait for one another in a ring, and only then look: under READ COMMITTED every
-- statement of a function sees what was committed before it began.
-- What is written most comes as one array of rows instead of an array a column: the node takes a third of the time to send
-- them, PostgreSQL a tenth to a third less for all of a statement. These types stay as they are: while nodes are replaced,
-- one of the version before sends what it knows. Who needs another field makes another type and function.
-- The planner settings and LATERAL … LIMIT 1: one index lookup an entry, always. A plan made while the tables were empty
-- must not scan them once they have grown. force_generic_plan: for a few entries a plan costs more to make than to carry
-- out, and PostgreSQL would make one for every call. Only plans of index lookups may be kept like that.

-- Fields as the columns of the same names; what is jsonb there is text here.

CREATE TYPE message_draft AS (
    conversation_id text, kind text, author text, author_id text, author_name text, text text, client_id text, at bigint,
    even_closed boolean, extra text, content text
);

CREATE TYPE conversation_start AS (
    id text, channel text, account text, customer_id text, visitor_id text, start_id text, subject text, language text,
    department text, page_url text, at bigint, author text, author_id text, author_name text, text text, thread text,
    address text, attributes text, extra text, item_id text, queue text, demand text, weight integer, priority integer
);

CREATE TYPE journal_event AS (seq bigint, at bigint, type text, item_id text, agent_id text, queue text, body bytea);

CREATE TYPE item_change AS (
    id text, queued_seq bigint, queue text, lane text, weight integer, score bigint, enqueued_at bigint, state_seq bigint,
    state text, agent_id text, offer_id text, offer_expires_at bigint, wrap_up_until bigint, attempt integer,
    answered_at bigint, accepted_at bigint, closed_at bigint, outcome text, disposition text
);

-- append_messages: gives each message the next n of its conversation, and what goes out through a provider a row of the
-- outbox. even_closed: also where the conversation is over. content: what the outbox is to send beside the text; null: as the
-- text is.
--   outcome   appended | repeated (same conversation, author, kind and client_id: n and at of the first)
--             | closed | unknown
CREATE FUNCTION append_messages(drafts message_draft[]) RETURNS TABLE (outcome text, n integer, at bigint)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM conversations WHERE id = ANY (ARRAY(SELECT e.conversation_id FROM unnest(drafts) e))
    ORDER BY id FOR UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT e.*, c.state, c.last_n, c.account, c.address, c.thread, m.n AS known_n, m.at AS known_at,
            m.n IS NULL AND (c.state = 'open' OR e.even_closed AND c.state = 'closed')
                AND row_number() OVER same = 1 AS fresh
        FROM unnest(drafts) WITH ORDINALITY e
            LEFT JOIN LATERAL (SELECT * FROM conversations c WHERE c.id = e.conversation_id LIMIT 1) c ON true
            LEFT JOIN LATERAL (
                SELECT * FROM messages m
                WHERE m.conversation_id = e.conversation_id AND m.author_id = e.author_id AND m.kind = e.kind
                    AND m.client_id = e.client_id
                LIMIT 1
            ) m ON true
        WINDOW same AS (PARTITION BY e.conversation_id, e.author_id, e.kind, e.client_id ORDER BY ordinality)
    ), numbered AS (
        SELECT j.*,
            (last_n + count(*) FILTER (WHERE fresh) OVER (PARTITION BY conversation_id ORDER BY ordinality))::integer AS n
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
    WINDOW same AS (PARTITION BY conversation_id, author_id, kind, client_id ORDER BY ordinality)
    ORDER BY ordinality;
END $$;

-- start_conversations: conversation, its first message (n = 1) and its work item, all or nothing for each entry. item_id:
-- null for a conversation nobody is needed for yet.
--   outcome   started | repeated (same customer and start_id: the first one)
--             | has_open (the visitor's open one, or the open one of the thread)
CREATE FUNCTION start_conversations(starts conversation_start[])
RETURNS TABLE (outcome text, conversation_id text, item_id text, at bigint) LANGUAGE plpgsql
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
        FROM unnest(starts) WITH ORDINALITY e
        ORDER BY customer_id, ordinality
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id) INTO started FROM inserted;

    INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at, extra)
    SELECT id, 1, 'text', author, author_id, author_name, text, start_id, at, extra::jsonb
    FROM unnest(starts)
    WHERE id = ANY (started);

    INSERT INTO work_items (id, conversation_id, queue, channel, demand, weight, priority, enqueued_at)
    SELECT item_id, id, queue, channel, demand::jsonb, weight, priority, at
    FROM unnest(starts)
    WHERE id = ANY (started) AND item_id IS NOT NULL;

    RETURN QUERY
    SELECT
        CASE WHEN same.id IS NULL THEN 'has_open' WHEN same.id = e.id THEN 'started' ELSE 'repeated' END,
        found.id, (SELECT w.id FROM work_items w WHERE w.conversation_id = found.id ORDER BY enqueued_at, id LIMIT 1),
        found.started_at
    FROM unnest(starts) WITH ORDINALITY e
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
    ORDER BY ordinality;
END $$;

-- close_conversations: closed, with a last message of kind system.
--   outcome   closed | repeated (n of the last message when author and client_id are the same, else null) | unknown
CREATE FUNCTION close_conversations(
    conversation_ids text[], authors text[], author_ids text[], author_names text[], texts text[], client_ids text[],
    ats bigint[]
) RETURNS TABLE (outcome text, n integer, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT e.*, c.state, c.last_n + 1 AS n, c.closed_at, m.n AS known_n,
            coalesce(c.state = 'open', false) AND row_number() OVER same = 1 AS fresh
        FROM unnest(conversation_ids, authors, author_ids, author_names, texts, client_ids, ats)
                WITH ORDINALITY AS e (conversation_id, author, author_id, author_name, text, client_id, at, place)
            LEFT JOIN LATERAL (SELECT * FROM conversations c WHERE c.id = e.conversation_id LIMIT 1) c ON true
            LEFT JOIN LATERAL (
                SELECT * FROM messages m
                WHERE m.conversation_id = e.conversation_id AND m.author_id = e.author_id AND m.kind = 'system'
                    AND m.client_id = e.client_id
                LIMIT 1
            ) m ON true
        WINDOW same AS (PARTITION BY e.conversation_id ORDER BY place)
    ), inserted AS (
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at)
        SELECT conversation_id, n, 'system', author, author_id, author_name, text, client_id, at FROM judged WHERE fresh
    ), closed AS (
        UPDATE conversations c SET state = 'closed', closed_at = j.at, last_n = j.n
        FROM judged j WHERE c.id = j.conversation_id AND j.fresh
    )
    SELECT
        CASE WHEN state IS NULL THEN 'unknown' WHEN fresh THEN 'closed' ELSE 'repeated' END,
        CASE WHEN fresh THEN n ELSE known_n END,
        coalesce(closed_at, first_value(at) OVER (PARTITION BY conversation_id ORDER BY place))
    FROM judged
    ORDER BY place;
END $$;

-- close_heard: as close_conversations, but an open conversation whose customer said more than was heard stays so.
--   heard_ns   of the customer's last message that was heard
--   outcome    as there, or spoken: it was not closed (n and at are null)
CREATE FUNCTION close_heard(
    conversation_ids text[], heard_ns integer[], authors text[], author_ids text[], author_names text[], texts text[],
    client_ids text[], ats bigint[]
) RETURNS TABLE (outcome text, n integer, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    heard bigint[];  -- places of the entries that may be closed
BEGIN
    PERFORM FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR UPDATE;
    SELECT coalesce(array_agg(place ORDER BY place), '{}') INTO heard
    FROM unnest(conversation_ids, heard_ns) WITH ORDINALITY AS e (conversation_id, heard_n, place)
    WHERE NOT EXISTS (
        SELECT FROM messages m JOIN conversations c ON c.id = m.conversation_id
        WHERE m.conversation_id = e.conversation_id AND m.n > e.heard_n AND m.author = 'customer' AND m.kind = 'text'
            AND c.state = 'open'
    );
    RETURN QUERY
    SELECT coalesce(c.outcome, 'spoken'), c.n, c.at
    FROM generate_series(1::bigint, cardinality(conversation_ids)) AS e (place)
        LEFT JOIN unnest(heard) WITH ORDINALITY AS h (place, row) USING (place)
        LEFT JOIN close_conversations(
            ARRAY(SELECT conversation_ids[p] FROM unnest(heard) p), ARRAY(SELECT authors[p] FROM unnest(heard) p),
            ARRAY(SELECT author_ids[p] FROM unnest(heard) p), ARRAY(SELECT author_names[p] FROM unnest(heard) p),
            ARRAY(SELECT texts[p] FROM unnest(heard) p), ARRAY(SELECT client_ids[p] FROM unnest(heard) p),
            ARRAY(SELECT ats[p] FROM unnest(heard) p)
        ) WITH ORDINALITY AS c (outcome, n, at, row) USING (row)
    ORDER BY place;
END $$;

-- mark_conversations: watermarks only rise, never above last_n; what is read is delivered.
--   reply     the four as they are now; null for an unknown conversation
CREATE FUNCTION mark_conversations(
    conversation_ids text[], customer_delivered integer[], customer_read integer[], agent_delivered integer[],
    agent_read integer[]
) RETURNS TABLE (customer_delivered_n integer, customer_read_n integer, agent_delivered_n integer, agent_read_n integer)
LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR UPDATE;
    UPDATE conversations c SET
        customer_delivered_n = greatest(c.customer_delivered_n, least(greatest(e.cd, e.cr), c.last_n)),
        customer_read_n = greatest(c.customer_read_n, least(e.cr, c.last_n)),
        agent_delivered_n = greatest(c.agent_delivered_n, least(greatest(e.ad, e.ar), c.last_n)),
        agent_read_n = greatest(c.agent_read_n, least(e.ar, c.last_n))
    FROM (
        SELECT id, max(cd) AS cd, max(cr) AS cr, max(ad) AS ad, max(ar) AS ar
        FROM unnest(conversation_ids, customer_delivered, customer_read, agent_delivered, agent_read)
            AS e (id, cd, cr, ad, ar)
        GROUP BY id
    ) e
    WHERE c.id = e.id;
    RETURN QUERY
    SELECT c.customer_delivered_n, c.customer_read_n, c.agent_delivered_n, c.agent_read_n
    FROM unnest(conversation_ids) WITH ORDINALITY AS e (id, place) LEFT JOIN conversations c USING (id)
    ORDER BY place;
END $$;

-- append_journal: events by their numbers, and what they make of work items, one change an item. Numbers already there
-- are left as they are. Events of one item may come late or twice: its place follows the newest item.queued, its state
-- the newest event, so any order of batches ends in the same row.
CREATE FUNCTION append_journal(events journal_event[], changes item_change[]) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO journal (seq, at, type, item_id, agent_id, queue, body)
    SELECT * FROM unnest(events) ORDER BY 1
    ON CONFLICT (seq) DO NOTHING;

    PERFORM FROM work_items WHERE id = ANY (ARRAY(SELECT c.id FROM unnest(changes) c)) ORDER BY id FOR UPDATE;
    UPDATE work_items w SET
        queue = CASE WHEN placed THEN p.queue ELSE w.queue END,
        lane = CASE WHEN placed THEN p.lane ELSE w.lane END,
        weight = CASE WHEN placed THEN p.weight ELSE w.weight END,
        score = CASE WHEN placed THEN p.score ELSE w.score END,
        enqueued_at = CASE WHEN placed THEN p.enqueued_at ELSE w.enqueued_at END,
        queued_seq = CASE WHEN placed THEN p.queued_seq ELSE w.queued_seq END,
        state = CASE WHEN moved THEN p.state ELSE w.state END,
        agent_id = CASE WHEN moved THEN p.agent_id ELSE w.agent_id END,
        offer_id = CASE WHEN moved THEN p.offer_id ELSE w.offer_id END,
        offer_expires_at = CASE WHEN moved THEN p.offer_expires_at ELSE w.offer_expires_at END,
        wrap_up_until = CASE WHEN moved THEN p.wrap_up_until ELSE w.wrap_up_until END,
        closed_at = CASE WHEN moved THEN p.closed_at ELSE w.closed_at END,
        outcome = CASE WHEN moved THEN p.outcome ELSE w.outcome END,
        disposition = CASE WHEN moved THEN p.disposition ELSE w.disposition END,
        last_seq = CASE WHEN moved THEN p.state_seq ELSE w.last_seq END,
        attempt = greatest(w.attempt, p.attempt),
        answered_at = least(w.answered_at, p.answered_at),
        accepted_at = greatest(w.accepted_at, p.accepted_at)
    FROM (
        SELECT p.*, coalesce(p.queued_seq > now.queued_seq, false) AS placed,
            coalesce(p.state_seq > now.last_seq, false) AS moved
        FROM unnest(changes) p JOIN work_items now USING (id)
    ) p
    WHERE w.id = p.id;
END $$;
