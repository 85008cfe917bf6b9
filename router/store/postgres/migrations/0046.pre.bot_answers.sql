-- What a bot answers a message with, as entries of the group commit: what it says with the talk it belongs to, and then
-- that it waits for the customer. Forms as in 0044.

-- held_until: how long the bot has the conversation from now on; 0: as it is. n … advice: of the turn. body: the talk.
CREATE TYPE talk_answer AS (
    conversation_id text, claim bigint, claimed_until bigint, held_until bigint, at bigint, n integer, language text,
    decision text, intent text, confidence real, model text, advice text[], body text, drafts message_draft[]
);

CREATE TYPE talk_given_back AS (
    conversation_id text, claim bigint, due_at bigint, at bigint, heard_n integer, stage text, reason text, body text
);

-- answer_talks: for each talk that is still the caller's (by the number of its claim): the talk kept with its turn, and
-- messages appended. One that is another's by now is left alone, and nothing is said in it. The same again is the same.
--   mine   whether it was the caller's. outcomes, ns, ats: of append_messages, in order
CREATE FUNCTION answer_talks(answers talk_answer[])
RETURNS TABLE (mine boolean, outcomes text[], ns integer[], ats bigint[]) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    kept bigint[];  -- places of the entries whose talk is their caller's
BEGIN
    PERFORM FROM conversations WHERE id = ANY (ARRAY(SELECT e.conversation_id FROM unnest(answers) e))
    ORDER BY id FOR UPDATE;

    WITH given AS MATERIALIZED (SELECT * FROM unnest(answers) WITH ORDINALITY AS e (
        conversation_id, claim, claimed_until, held_until, at, n, language, decision, intent, confidence, model, advice,
        body, drafts, place
    )), changed AS (
        UPDATE bot_talks t SET body = e.body::jsonb, heard_n = e.n, attempts = 0, claimed_until = e.claimed_until
        FROM given e WHERE t.conversation_id = e.conversation_id AND t.claim = e.claim AND t.stage = 'talking'
        RETURNING e.place
    ), noted AS (
        INSERT INTO bot_turns (conversation_id, n, at, language, decision, intent, confidence, model, advice)
        SELECT conversation_id, n, at, language, decision, intent, confidence, model, advice
        FROM given JOIN changed USING (place)
        ON CONFLICT (conversation_id, n) DO UPDATE SET decision = EXCLUDED.decision, intent = EXCLUDED.intent,
            confidence = EXCLUDED.confidence, advice = EXCLUDED.advice
    ), held AS (
        UPDATE conversations c SET attributes = c.attributes || jsonb_build_object('bot_until', e.held_until)
        FROM given e JOIN changed USING (place)
        WHERE c.id = e.conversation_id AND e.held_until > 0 AND c.attributes ? 'bot_until'
    )
    SELECT coalesce(array_agg(place), '{}') INTO kept FROM changed;

    RETURN QUERY
    WITH told AS (
        SELECT e.place, d.draft, row_number() OVER (ORDER BY e.place, d.place) AS row
        FROM unnest(kept) AS e (place),
            LATERAL (
                SELECT m::message_draft AS draft, row_number() OVER () AS place FROM unnest(answers[e.place].drafts) m
            ) d
    ), appended AS (
        SELECT * FROM append_messages(ARRAY(SELECT draft FROM told ORDER BY row))
            WITH ORDINALITY AS a (outcome, n, at, row)
    ), gathered AS (
        SELECT t.place, array_agg(a.outcome ORDER BY row) AS outcomes, array_agg(a.n ORDER BY row) AS ns,
            array_agg(a.at ORDER BY row) AS ats
        FROM told t JOIN appended a USING (row) GROUP BY t.place
    )
    SELECT place = ANY (kept), coalesce(g.outcomes, '{}'), coalesce(g.ns, '{}'), coalesce(g.ats, '{}')
    FROM generate_series(1::bigint, cardinality(answers)) AS e (place) LEFT JOIN gathered g USING (place)
    ORDER BY place;
END $$;

-- give_talks_back: all is done; the talk waits for the customer, or is over. One that is another's by now stays theirs.
CREATE FUNCTION give_talks_back(talks talk_given_back[]) RETURNS TABLE (mine boolean) LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
    kept bigint[];
BEGIN
    PERFORM FROM bot_talks WHERE conversation_id = ANY (ARRAY(SELECT e.conversation_id FROM unnest(talks) e))
    ORDER BY conversation_id FOR UPDATE;
    WITH changed AS (
        UPDATE bot_talks t SET body = e.body::jsonb, heard_n = e.heard_n, attempts = 0, claimed_until = 0,
            due_at = e.due_at, stage = e.stage, reason = e.reason,
            ended_at = CASE WHEN e.stage = 'talking' THEN NULL ELSE coalesce(t.ended_at, e.at) END
        FROM unnest(talks) WITH ORDINALITY
            AS e (conversation_id, claim, due_at, at, heard_n, stage, reason, body, place)
        WHERE t.conversation_id = e.conversation_id AND t.claim = e.claim
        RETURNING e.place
    )
    SELECT coalesce(array_agg(place), '{}') INTO kept FROM changed;
    RETURN QUERY
    SELECT place = ANY (kept) FROM generate_series(1::bigint, cardinality(talks)) AS e (place) ORDER BY place;
END $$;
