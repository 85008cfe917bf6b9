-- close_heard: as close_conversations of 0002, but an open conversation whose customer said more than was heard stays so.
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
