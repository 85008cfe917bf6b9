-- Cases are found by their subjects and numbers, as customers are.

CREATE FUNCTION queue_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO search_queue VALUES ('case', new.id, 0);
    RETURN NULL;
END $$;
CREATE TRIGGER search_new_case AFTER INSERT ON cases FOR EACH ROW EXECUTE FUNCTION queue_case();
CREATE TRIGGER search_changed_case AFTER UPDATE OF subject, customer_id ON cases
    FOR EACH ROW WHEN ((new.subject, new.customer_id) IS DISTINCT FROM (old.subject, old.customer_id))
    EXECUTE FUNCTION queue_case();

INSERT INTO search_queue SELECT 'case', id, 0 FROM cases;
