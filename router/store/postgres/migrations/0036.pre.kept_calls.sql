-- A call is read without a lock and kept only if it is as it was read: two statements a fact instead of four, the second
-- shared with whatever else the writer has to write at that moment.

-- keep_calls: what became of calls, the requests they were told in, and what is to be done about them. versions: as they
-- were read. tokens: of the request, or ''. done: an action carried out, or null. action_places: of the entry, from 1.
--   kept | repeated (the request was heard before) | changed (somebody was quicker, or there is no such call)
CREATE FUNCTION keep_calls(
    ids text[], versions bigint[], tokens text[], done bigint[], ats bigint[], item_ids text[], conversation_ids text[],
    customer_ids text[], people text[], spoke text[], states text[], outcomes text[], ended_ats bigint[],
    due_ats bigint[], new_versions bigint[], bodies text[],
    action_places integer[], action_keys text[], action_bodies text[]
) RETURNS TABLE (call_id text, outcome text) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
    PERFORM FROM calls WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH judged AS (
        SELECT e.*,
            CASE
                WHEN heard.token IS NOT NULL THEN 'repeated'
                WHEN c.version IS DISTINCT FROM e.version THEN 'changed'
                WHEN row_number() OVER (PARTITION BY e.id ORDER BY e.place) > 1 THEN 'changed'
                ELSE 'kept'
            END AS judgement
        FROM unnest(ids, versions, tokens, done, ats, item_ids, conversation_ids, customer_ids, people, spoke, states,
                outcomes, ended_ats, due_ats, new_versions, bodies)
                WITH ORDINALITY AS e (id, version, token, done, at, item_id, conversation_id, customer_id, people, spoke,
                state, outcome, ended_at, due_at, new_version, body, place)
            LEFT JOIN LATERAL (SELECT version FROM calls c WHERE c.id = e.id LIMIT 1) c ON true
            LEFT JOIN LATERAL (
                SELECT token FROM call_facts f WHERE e.token <> '' AND f.call_id = e.id AND f.token = e.token LIMIT 1
            ) heard ON true
    ), kept AS (
        UPDATE calls c SET item_id = j.item_id, conversation_id = j.conversation_id, customer_id = j.customer_id,
            agent_ids = j.people::text[], spoke = j.spoke::text[], state = j.state, outcome = j.outcome,
            ended_at = j.ended_at, touched_at = j.at, due_at = j.due_at, version = j.new_version, body = j.body::jsonb
        FROM judged j WHERE j.judgement = 'kept' AND c.id = j.id
    ), remembered AS (
        INSERT INTO call_facts (call_id, token, at)
        SELECT id, token, at FROM judged WHERE judgement = 'kept' AND token <> '' ON CONFLICT DO NOTHING
    ), carried_out AS (
        UPDATE call_actions a SET state = 'done', reason = ''
        FROM judged j WHERE j.judgement = 'kept' AND a.id = j.done
    ), wanted AS (
        INSERT INTO call_actions (call_id, key, body, next_at, at)
        SELECT j.id, w.key, w.body::jsonb, j.at, j.at
        FROM judged j JOIN unnest(action_places, action_keys, action_bodies)
            WITH ORDINALITY AS w (place, key, body, n) ON w.place = j.place
        WHERE j.judgement = 'kept' ORDER BY j.place, w.n
        ON CONFLICT (call_id, key) DO NOTHING
    )
    SELECT id, judgement FROM judged ORDER BY place;
END $$;

-- Every fact moves touched_at: with it in an index no change of a call could stay on its page (HOT), and each wrote to
-- all eight indexes of the table. Calls that are on are few; those who ask for the silent ones look through them.
DROP INDEX calls_live;
CREATE INDEX calls_live ON calls (id) WHERE ended_at IS NULL;
ALTER TABLE calls SET (fillfactor = 50);
