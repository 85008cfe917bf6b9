-- What is looked for: words of messages, customers, conversations and cases. Filled behind
-- (router/engine/search_index.py) from a queue that the change itself writes to: so nothing is forgotten, and a message
-- waits for no dictionary.

CREATE TABLE search_entries (
    serial      bigint GENERATED ALWAYS AS IDENTITY,   -- newest last
    kind        text NOT NULL,
    id          text NOT NULL,                         -- of the conversation, customer …
    n           integer NOT NULL DEFAULT 0,            -- of a message
    customer_id text NOT NULL DEFAULT '',
    at          bigint NOT NULL,
    words       tsvector NOT NULL,
    PRIMARY KEY (kind, id, n)
);
CREATE INDEX search_messages_newest ON search_entries (serial) WHERE kind = 'message';
CREATE INDEX search_messages_words ON search_entries USING gin (words) WHERE kind = 'message';
CREATE INDEX search_others_newest ON search_entries (at) WHERE kind <> 'message';
CREATE INDEX search_others_words ON search_entries USING gin (words) WHERE kind <> 'message';
CREATE INDEX search_customer ON search_entries (customer_id);

-- No index: it is read from its beginning and emptied.
CREATE TABLE search_queue (
    kind text NOT NULL,
    id   text NOT NULL,
    n    integer NOT NULL
) WITH (autovacuum_vacuum_threshold = 2000, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_insert_threshold = -1);

CREATE FUNCTION queue_new_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue SELECT 'message', conversation_id, n FROM fresh WHERE kind <> 'system' AND text <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER search_new_messages AFTER INSERT ON messages REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION queue_new_messages();

CREATE FUNCTION queue_changed_message() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue VALUES ('message', new.conversation_id, new.n);
    RETURN NULL;
END $$;
CREATE TRIGGER search_changed_message AFTER UPDATE OF text ON messages
    FOR EACH ROW WHEN (new.text IS DISTINCT FROM old.text) EXECUTE FUNCTION queue_changed_message();

CREATE FUNCTION queue_conversation() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue VALUES ('conversation', new.id, 0);
    RETURN NULL;
END $$;
-- The subject of others is the beginning of their first message.
CREATE TRIGGER search_new_conversation AFTER INSERT ON conversations
    FOR EACH ROW WHEN (new.channel = 'email') EXECUTE FUNCTION queue_conversation();
CREATE TRIGGER search_changed_conversation AFTER UPDATE OF subject ON conversations
    FOR EACH ROW WHEN (new.channel = 'email' AND new.subject IS DISTINCT FROM old.subject)
    EXECUTE FUNCTION queue_conversation();

CREATE FUNCTION queue_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue VALUES ('customer', new.id, 0);
    RETURN NULL;
END $$;
-- A visitor's row says nothing yet.
CREATE TRIGGER search_new_customer AFTER INSERT ON customers
    FOR EACH ROW WHEN (new.name <> '' OR new.email <> '') EXECUTE FUNCTION queue_customer();
CREATE TRIGGER search_changed_customer AFTER UPDATE OF name, email ON customers
    FOR EACH ROW WHEN ((new.name, new.email) IS DISTINCT FROM (old.name, old.email)) EXECUTE FUNCTION queue_customer();

CREATE FUNCTION queue_identified() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF tg_op <> 'DELETE' THEN
        INSERT INTO search_queue VALUES ('customer', new.customer_id, 0);
    END IF;
    IF tg_op <> 'INSERT' THEN
        INSERT INTO search_queue VALUES ('customer', old.customer_id, 0);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_identity AFTER INSERT OR DELETE OR UPDATE OF customer_id ON identities
    FOR EACH ROW EXECUTE FUNCTION queue_identified();
CREATE TRIGGER search_claim AFTER INSERT OR DELETE ON claims
    FOR EACH ROW EXECUTE FUNCTION queue_identified();

CREATE FUNCTION queue_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue VALUES ('case', new.id, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER search_new_case AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION queue_case();
CREATE TRIGGER search_changed_case AFTER UPDATE OF subject, customer_id ON cases
    FOR EACH ROW WHEN ((new.subject, new.customer_id) IS DISTINCT FROM (old.subject, old.customer_id))
    EXECUTE FUNCTION queue_case();
