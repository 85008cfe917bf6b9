-- Telephone calls: each is one row, changed under its lock by one fact at a time. What is to be done about it is
-- written beside it in the same transaction.

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
    started_at      bigint NOT NULL,
    ended_at        bigint,
    touched_at      bigint NOT NULL,      -- when anything was last heard of it
    due_at          bigint,               -- its earliest timer
    version         bigint NOT NULL,
    body            jsonb NOT NULL        -- router.core.call.state.Call
) WITH (fillfactor = 70);
CREATE INDEX calls_live ON calls (touched_at) WHERE ended_at IS NULL;
CREATE INDEX calls_due ON calls (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX calls_item ON calls (item_id, started_at DESC);
CREATE INDEX calls_customer ON calls (customer_id, started_at DESC);
CREATE INDEX calls_conversation ON calls (conversation_id);
CREATE INDEX calls_spoke ON calls USING gin (spoke);

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

ALTER TABLE staff ADD COLUMN phone text NOT NULL DEFAULT '';   -- answers calls there; '': in the browser
