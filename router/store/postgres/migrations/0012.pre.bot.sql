-- The bot's talks, one a conversation it answers first; what it is taught, and what is counted.

-- Changed by whoever has claimed it, kept with what is still to be done.
CREATE TABLE bot_talks (
    conversation_id text PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    account         text NOT NULL,
    bot             text NOT NULL,
    stage           text NOT NULL CHECK (stage IN ('talking', 'handed_over', 'ended')),
    reason          text NOT NULL DEFAULT '',   -- why it was handed over or ended
    heard_n         integer NOT NULL,           -- the customer's last message that was answered
    body            jsonb,                      -- router.core.bot.talk.Talk; null: nothing was heard yet
    -- Counted up at each claim, so that one who was taken for lost changes nothing any more.
    claim           bigint NOT NULL DEFAULT 0,
    claimed_until   bigint NOT NULL,            -- whose it is, is at it until then
    attempts        integer NOT NULL,           -- in vain, since it last went on
    due_at          bigint NOT NULL,            -- when the customer has been silent for too long
    started_at      bigint NOT NULL,
    ended_at        bigint
) WITH (fillfactor = 70);
CREATE INDEX bot_talks_ended ON bot_talks (ended_at) WHERE ended_at IS NOT NULL;

-- What was heard, understood and decided at each message: no text, that is the message's own.
CREATE TABLE bot_turns (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,           -- of the customer's message
    at              bigint NOT NULL,
    language        text NOT NULL,
    decision        text NOT NULL,              -- router.core.bot.draft.Decision
    intent          text NOT NULL,              -- the likeliest, or what was answered
    confidence      real NOT NULL,
    model           text NOT NULL,              -- version of the engine's model
    -- What came of asking an adviser about the message: words of router.core.adviser.Advice, in the order asked.
    advice          text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (conversation_id, n)
);
CREATE INDEX bot_turns_at ON bot_turns (at, decision);

-- What a bot answers a message with, as entries of the writer: what it says with the talk it belongs to, and then that it
-- waits for the customer.

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

-- What bots are taught beside their files: words of customers that were not understood, and what they meant.
CREATE TABLE bot_examples (
    bot      text NOT NULL,
    intent   text NOT NULL,
    language text NOT NULL,
    text     text NOT NULL,
    added_by text NOT NULL,
    added_at bigint NOT NULL,
    PRIMARY KEY (bot, intent, text)
);

-- Whose words an example was made of.
CREATE TABLE bot_example_sources (
    bot             text NOT NULL,
    intent          text NOT NULL,
    text            text NOT NULL,
    conversation_id text NOT NULL,
    PRIMARY KEY (conversation_id, bot, intent, text),
    FOREIGN KEY (bot, intent, text) REFERENCES bot_examples ON DELETE CASCADE
);
CREATE INDEX bot_example_sources_example ON bot_example_sources (bot, intent, text);

-- Questions somebody has seen to: taught, made an article of, or not worth either.
CREATE TABLE bot_seen (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,
    seen_by         text NOT NULL,
    seen_at         bigint NOT NULL,
    PRIMARY KEY (conversation_id, n)
);

-- How often somebody named things a data source did not know, by day: who guesses other people's numbers is stopped,
-- however many talks they begin. A day and the one before are kept.
CREATE TABLE bot_misses (
    whose text NOT NULL,                        -- customer:ID, or network:MARK (a keyed digest of where they write from)
    day   integer NOT NULL,                     -- days since 1970, UTC
    count integer NOT NULL,
    PRIMARY KEY (whose, day)
);
CREATE INDEX bot_misses_day ON bot_misses (day);
