-- What an agent completed lately, for their home.

CREATE INDEX work_items_completed ON work_items (agent_id, closed_at) WHERE state = 'closed' AND agent_id IS NOT NULL;
CREATE INDEX cases_in_hand ON cases (owner_id) WHERE closed_at IS NULL AND owner_id <> '';
