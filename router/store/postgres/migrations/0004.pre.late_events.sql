-- Once a rebuild has begun, an event from before it must not get into the journal any more: the rebuild would not have
-- seen what it did. Its step is as if it had not been, and nobody is told that it was.
-- Either an append commits before the epoch begins, or it sees the epoch and fails (SQLSTATE UL001): both hold one lock.

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
