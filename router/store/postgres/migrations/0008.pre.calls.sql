-- Telephone calls: each is one row, changed by one fact at a time. It is read without a lock and kept only if it is as it
-- was read. What is to be done about it is written beside it in the same commit.

CREATE TABLE calls (
    id              text PRIMARY KEY,
    account         text NOT NULL,
    provider_sid    text UNIQUE,          -- of an incoming call: the same webhook again is the same call
    item_id         text NOT NULL,
    conversation_id text NOT NULL,
    customer_id     text,
    agent_ids       text[] NOT NULL,      -- staff who see it now
    spoke           text[] NOT NULL,      -- staff who talked with the customer
    state           text NOT NULL,
    outcome         text NOT NULL,
    started_at      bigint NOT NULL,      -- never changes
    ended_at        bigint,
    touched_at      bigint NOT NULL,      -- when anything was last heard of it
    due_at          bigint,               -- its earliest timer
    forgotten_at    bigint,               -- its words are gone, the row is kept for the numbers
    version         bigint NOT NULL,
    body            jsonb NOT NULL        -- router.core.call.state.Call
) WITH (fillfactor = 50);
-- Every fact moves touched_at: with it in an index no change of a call could stay on its page (HOT), and each would write
-- to all indexes of the table. Calls that are on are few; those who ask for the silent ones look through them.
CREATE INDEX calls_live ON calls (id) WHERE ended_at IS NULL;
CREATE INDEX calls_due ON calls (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX calls_item ON calls (item_id, started_at DESC);
CREATE INDEX calls_customer ON calls (customer_id, started_at DESC);
CREATE INDEX calls_conversation ON calls (conversation_id);
CREATE INDEX calls_spoke ON calls USING gin (spoke);
CREATE INDEX calls_started ON calls (started_at);   -- those of a period, for what bots achieve on the telephone
CREATE INDEX calls_to_forget ON calls (ended_at, id) WHERE ended_at IS NOT NULL AND forgotten_at IS NULL;

-- Requests that were heard: a repeat of one changes nothing.
CREATE TABLE call_facts (
    call_id text NOT NULL REFERENCES calls ON DELETE CASCADE,
    token   text NOT NULL,
    at      bigint NOT NULL,
    PRIMARY KEY (call_id, token)
);
CREATE INDEX call_facts_at ON call_facts USING brin (at);

-- What is to be done, in order within its call.
CREATE TABLE call_actions (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    call_id  text NOT NULL REFERENCES calls ON DELETE CASCADE,
    key      text NOT NULL,
    body     jsonb NOT NULL,              -- router.core.call.actions
    state    text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'parked')),
    attempts integer NOT NULL DEFAULT 0,
    next_at  bigint NOT NULL,             -- not before; while it is carried out: lost with its node after
    reason   text NOT NULL DEFAULT '',
    at       bigint NOT NULL,
    UNIQUE (call_id, key)
) WITH (fillfactor = 70);
CREATE INDEX call_actions_waiting ON call_actions (call_id, id) WHERE state = 'waiting';

-- keep_calls (a function of the writer): what became of calls, the requests they were told in, and what is to be done about
-- them. versions: as they were read. tokens: of the request, or ''. done: an action carried out, or null. action_places: of
-- the entry, from 1.
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

-- Recordings of calls: fetched from the provider, kept here for as long as their line says, then deleted there.
CREATE TABLE recordings (
    sid         text PRIMARY KEY,         -- the provider's
    call_id     text NOT NULL,
    account     text NOT NULL,
    state       text NOT NULL,            -- fetching, deleting (at the provider), kept, failed, forgotten
    media_type  text NOT NULL DEFAULT '',
    bytes       bytea,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     bigint NOT NULL,
    reason      text NOT NULL DEFAULT '',
    at          bigint NOT NULL
);
ALTER TABLE recordings ALTER COLUMN bytes SET STORAGE EXTERNAL;   -- a part of it is read without the rest
CREATE INDEX recordings_of_call ON recordings (call_id, at, sid);
CREATE INDEX recordings_to_do ON recordings (next_at) WHERE state IN ('fetching', 'deleting');
CREATE INDEX recordings_by_age ON recordings (account, at) WHERE bytes IS NOT NULL;

-- Numbers that staff had called from here: how many in a day is limited, as whoever steals a login calls dear ones.
CREATE TABLE dialed (
    agent_id text NOT NULL,
    at       bigint NOT NULL
);
CREATE INDEX dialed_by_agent ON dialed (agent_id, at);
