-- The functions of the writer keep the plans they once made. Over arrays of a few entries a plan costs more to make than to
-- carry out, and PostgreSQL made one for every call: it took arrays of one or two for cheaper than the ten it expects.
-- Only plans of index lookups may be kept, see 0002; start_conversations was not of that form and read every open
-- conversation for each that began.

-- start_conversations: conversation, its first message (n = 1) and its work item, all or nothing for each entry.
-- item_ids may hold nulls: a conversation nobody is needed for yet.
--   outcome   started | repeated (same customer and start_id: the first one) | has_open (the visitor's open one)
CREATE OR REPLACE FUNCTION start_conversations(
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
        LEFT JOIN LATERAL (
            SELECT id FROM conversations c WHERE c.customer_id = e.customer_id AND c.start_id = e.start_id LIMIT 1
        ) same ON true
        LEFT JOIN LATERAL (
            SELECT id FROM conversations c
            WHERE same.id IS NULL AND c.visitor_id = e.visitor_id AND c.state = 'open' LIMIT 1
        ) other ON true
        LEFT JOIN LATERAL (
            SELECT id, started_at FROM conversations c WHERE c.id = coalesce(same.id, other.id) LIMIT 1
        ) found ON true
    ORDER BY place;
END $$;

ALTER FUNCTION append_messages SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION start_conversations SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION close_conversations SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION mark_conversations SET plan_cache_mode = force_generic_plan;
ALTER FUNCTION append_journal SET plan_cache_mode = force_generic_plan;
