-- Items whose customers are to write again: still their agent's, holding less.

ALTER TABLE work_items DROP CONSTRAINT work_items_state_check;
ALTER TABLE work_items ADD CONSTRAINT work_items_state_check
    CHECK (state IN ('waiting', 'offered', 'assigned', 'paused', 'wrap_up', 'closed'));
CREATE INDEX work_items_paused ON work_items (enqueued_at, id) WHERE state = 'paused';

-- Whose client accepts offers itself.
ALTER TABLE staff ADD COLUMN auto_accept boolean NOT NULL DEFAULT false;
