-- What is routed: work items, and the journal of what happened to them. The live state is the store's (Valkey); from here
-- it is made anew.

CREATE TABLE work_items (
    id              text PRIMARY KEY,
    conversation_id text REFERENCES conversations ON DELETE CASCADE,
    queue           text NOT NULL,
    channel         text NOT NULL,
    demand          jsonb NOT NULL,
    weight          integer NOT NULL,
    priority        integer NOT NULL,
    enqueued_at     bigint NOT NULL,
    -- The rest follows the journal. queued_seq guards its place, last_seq its state: a late event changes nothing.
    lane            text NOT NULL DEFAULT '',
    score           bigint,
    queued_seq      bigint NOT NULL DEFAULT 0,
    -- paused: its customer is to write again; still its agent's, holding less.
    state           text NOT NULL DEFAULT 'waiting'
        CHECK (state IN ('waiting', 'offered', 'assigned', 'paused', 'wrap_up', 'closed')),
    agent_id        text,
    offer_id        text,
    offer_expires_at bigint,
    wrap_up_until   bigint,
    last_seq        bigint NOT NULL DEFAULT 0,
    attempt         integer NOT NULL DEFAULT 0,
    answered_at     bigint,           -- first accepted
    accepted_at     bigint,           -- last accepted
    closed_at       bigint,
    outcome         text,
    disposition     text
) WITH (fillfactor = 80);
CREATE INDEX work_items_conversation ON work_items (conversation_id);
CREATE INDEX work_items_open ON work_items (enqueued_at, id) WHERE state <> 'closed';
CREATE INDEX work_items_paused ON work_items (enqueued_at, id) WHERE state = 'paused';
CREATE INDEX work_items_answered ON work_items (answered_at);
CREATE INDEX work_items_abandoned ON work_items (closed_at) WHERE state = 'closed' AND answered_at IS NULL;
-- What an agent completed lately, for their home.
CREATE INDEX work_items_completed ON work_items (agent_id, closed_at) WHERE state = 'closed' AND agent_id IS NOT NULL;

-- A lane id is a digest of its demand; a rebuild needs the demand back, also of lanes an item was transferred to.
CREATE TABLE lanes (
    id     text PRIMARY KEY,
    demand jsonb NOT NULL
);

-- Queues opened or closed by a supervisor's hand, whatever their hours say.
CREATE TABLE queue_switches (
    queue text PRIMARY KEY,
    open  boolean NOT NULL,
    by_id text NOT NULL,
    at    bigint NOT NULL
);

CREATE TABLE journal (
    seq      bigint PRIMARY KEY,
    at       bigint NOT NULL,
    type     text NOT NULL,
    item_id  text,
    agent_id text,
    queue    text,
    body     bytea NOT NULL           -- the event as the store function wrote it (msgpack)
);
CREATE INDEX journal_item ON journal (item_id, seq) WHERE item_id IS NOT NULL;
CREATE INDEX journal_at ON journal USING brin (at);
-- A rebuild asks who was there: of a day's events the few that say so, while nobody is served.
CREATE INDEX journal_presences ON journal (seq) WHERE type = 'agent.presence';

-- Each time the store was made anew. Once a rebuild has begun, an event from before it must not get into the journal any
-- more: the rebuild would not have seen what it did. Its step is as if it had not been, and nobody is told that it was.
-- Either an append commits before the epoch begins, or it sees the epoch and fails (SQLSTATE UL001): both hold one lock.
CREATE TABLE store_epochs (
    epoch       text PRIMARY KEY,
    started_seq bigint NOT NULL,
    at          bigint NOT NULL
);
CREATE INDEX store_epochs_at ON store_epochs (started_seq DESC, at DESC);

CREATE FUNCTION begin_store_epoch(new_epoch text, seq bigint, begun_at bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(x'65706f63'::integer);   -- "epoc"
    INSERT INTO store_epochs (epoch, started_seq, at) VALUES (new_epoch, seq, begun_at) ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION refuse_late_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(x'65706f63'::integer);
    IF EXISTS (SELECT FROM appended WHERE seq <= (SELECT max(started_seq) FROM store_epochs)) THEN
        RAISE EXCEPTION 'events from before the store was rebuilt' USING ERRCODE = 'UL001';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER refuse_late_events AFTER INSERT ON journal REFERENCING NEW TABLE AS appended
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_events();
