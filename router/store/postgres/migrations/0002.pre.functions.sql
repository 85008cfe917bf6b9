-- Batched writes. Each takes arrays, one column a parameter, one element an entry, and returns one row an entry, in
-- their order; each is idempotent, so that a batch whose answer was lost is simply sent again. They lock rows in the
-- order of ids, so that batches of several nodes do not wait for one another in a ring, and only then look: under READ
-- COMMITTED every statement of a function sees what was committed before it began.
-- The planner settings and LATERAL … LIMIT 1: one index lookup an entry, always. A plan made while the tables were
-- empty must not scan them once they have grown.

-- append_messages: gives each message the next n of its conversation.
--   outcome   appended | repeated (same conversation, author, kind and client_id: n and at of the first)
--             | closed | unknown
CREATE FUNCTION append_messages(
    conversation_ids text[], kinds text[], authors text[], author_ids text[], author_names text[], texts text[],
    client_ids text[], ats bigint[], even_closed boolean[]
) RETURNS TABLE (outcome text, n integer, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM conversations WHERE id = ANY (conversation_ids) ORDER BY id FOR UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT e.*, c.state, c.last_n, m.n AS known_n, m.at AS known_at,
            m.n IS NULL AND (c.state = 'open' OR e.even_closed AND c.state = 'closed')
                AND row_number() OVER same = 1 AS fresh
        FROM unnest(conversation_ids, kinds, authors, author_ids, author_names, texts, client_ids, ats, even_closed)
                WITH ORDINALITY AS e (conversation_id, kind, author, author_id, author_name, text, client_id, at,
                even_closed, place)
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
        INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at)
        SELECT conversation_id, n, kind, author, author_id, author_name, text, client_id, at FROM numbered WHERE fresh
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
--   outcome   started | repeated (same customer and start_id: the first one) | has_open (the visitor's open one)
CREATE FUNCTION start_conversations(
    ids text[], channels text[], accounts text[], customer_ids text[], visitor_ids text[], start_ids text[],
    subjects text[], languages text[], departments text[], page_urls text[], ats bigint[],
    authors text[], author_ids text[], author_names text[], texts text[], attributes text[],
    item_ids text[], queues text[], demands text[], weights integer[], priorities integer[]
) RETURNS TABLE (outcome text, conversation_id text, item_id text, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
DECLARE
    started text[];
BEGIN
    WITH inserted AS (
        INSERT INTO conversations (
            id, channel, account, customer_id, visitor_id, start_id, subject, language, department, page_url,
            attributes, state, started_at, last_n
        )
        SELECT id, channel, account, customer_id, visitor_id, start_id, subject, language, department, page_url,
            attributes::jsonb, 'open', at, 1
        FROM unnest(ids, channels, accounts, customer_ids, visitor_ids, start_ids, subjects, languages, departments,
                page_urls, attributes, ats)
            WITH ORDINALITY AS e (id, channel, account, customer_id, visitor_id, start_id, subject, language, department,
                page_url, attributes, at, place)
        ORDER BY customer_id, place
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    SELECT array_agg(id) INTO started FROM inserted;

    INSERT INTO messages (conversation_id, n, kind, author, author_id, author_name, text, client_id, at)
    SELECT id, 1, 'text', author, author_id, author_name, text, start_id, at
    FROM unnest(ids, authors, author_ids, author_names, texts, start_ids, ats)
        AS e (id, author, author_id, author_name, text, start_id, at)
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
    FROM unnest(ids, customer_ids, visitor_ids, start_ids)
            WITH ORDINALITY AS e (id, customer_id, visitor_id, start_id, place)
        LEFT JOIN conversations same ON same.customer_id = e.customer_id AND same.start_id = e.start_id
        LEFT JOIN conversations other ON same.id IS NULL AND other.visitor_id = e.visitor_id AND other.state = 'open'
        LEFT JOIN conversations found ON found.id = coalesce(same.id, other.id)
    ORDER BY place;
END $$;

-- close_conversations: closed, with a last message of kind system.
--   outcome   closed | repeated (n of the last message when author and client_id are the same, else null) | unknown
CREATE FUNCTION close_conversations(
    conversation_ids text[], authors text[], author_ids text[], author_names text[], texts text[], client_ids text[],
    ats bigint[]
) RETURNS TABLE (outcome text, n integer, at bigint) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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

-- mark_conversations: watermarks only rise, never above last_n; what is read is delivered.
--   reply     the four as they are now; null for an unknown conversation
CREATE FUNCTION mark_conversations(
    conversation_ids text[], customer_delivered integer[], customer_read integer[], agent_delivered integer[],
    agent_read integer[]
) RETURNS TABLE (customer_delivered_n integer, customer_read_n integer, agent_delivered_n integer, agent_read_n integer)
LANGUAGE plpgsql SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
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
CREATE FUNCTION append_journal(
    seqs bigint[], ats bigint[], types text[], item_ids text[], agent_ids text[], queues text[], bodies bytea[],
    changed_ids text[], queued_seqs bigint[], changed_queues text[], lanes text[], weights integer[], scores bigint[],
    enqueued_ats bigint[], state_seqs bigint[], states text[], state_agents text[], offer_ids text[],
    offer_expires_ats bigint[], wrap_up_untils bigint[], attempts integer[], answered_ats bigint[],
    accepted_ats bigint[], closed_ats bigint[], outcomes text[], dispositions text[]
) RETURNS void LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
AS $$
#variable_conflict use_column
BEGIN
    INSERT INTO journal (seq, at, type, item_id, agent_id, queue, body)
    SELECT * FROM unnest(seqs, ats, types, item_ids, agent_ids, queues, bodies) ORDER BY 1
    ON CONFLICT (seq) DO NOTHING;

    PERFORM FROM work_items WHERE id = ANY (changed_ids) ORDER BY id FOR UPDATE;
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
        FROM unnest(changed_ids, queued_seqs, changed_queues, lanes, weights, scores, enqueued_ats, state_seqs, states,
                state_agents, offer_ids, offer_expires_ats, wrap_up_untils, attempts, answered_ats, accepted_ats, closed_ats,
                outcomes, dispositions)
                AS p (id, queued_seq, queue, lane, weight, score, enqueued_at, state_seq, state, agent_id, offer_id,
                offer_expires_at, wrap_up_until, attempt, answered_at, accepted_at, closed_at, outcome, disposition)
            JOIN work_items now USING (id)
    ) p
    WHERE w.id = p.id;
END $$;
