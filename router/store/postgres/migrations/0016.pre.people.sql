-- One customer over all channels. A row of customers is what came to us in one way: everything else refers to it and
-- stays with it. Those found to be one person form a tree; its head stands for all of them.

-- merged_into: directly; head_id: at the top, null for a head. erased_at: their data is gone, the row is kept for the
-- numbers.
ALTER TABLE customers
    ADD COLUMN merged_into text REFERENCES customers,
    ADD COLUMN head_id text REFERENCES customers,
    ADD COLUMN erased_at bigint,
    ADD CHECK ((merged_into IS NULL) = (head_id IS NULL));
CREATE INDEX customers_head ON customers (head_id) WHERE head_id IS NOT NULL;
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;

-- proof: router.core.identity. What was kept before nobody knows the proof of: the next message tells.
ALTER TABLE identities
    ADD COLUMN proof text NOT NULL DEFAULT 'shown' CHECK (proof IN ('shown', 'channel', 'signed')),
    ADD COLUMN at bigint NOT NULL DEFAULT 0;

-- What somebody said of a customer, that they themselves have not proved: several may say the same.
CREATE TABLE claims (
    customer_id text NOT NULL REFERENCES customers ON DELETE CASCADE,
    kind        text NOT NULL,
    value       text NOT NULL,
    by          text NOT NULL,            -- the customer, or a member of staff
    at          bigint NOT NULL,
    PRIMARY KEY (customer_id, kind, value)
);
CREATE INDEX claims_value ON claims (kind, value);

-- Every merge there was. by: a member of staff; '' when an identity proved it.
CREATE TABLE merges (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    kept_id   text NOT NULL REFERENCES customers ON DELETE CASCADE,
    merged_id text NOT NULL REFERENCES customers ON DELETE CASCADE,
    kind      text NOT NULL DEFAULT '',   -- of the identity that was the reason
    by        text NOT NULL,
    at        bigint NOT NULL,
    undone_by text,
    undone_at bigint,
    CHECK ((undone_by IS NULL) = (undone_at IS NULL))
);
CREATE UNIQUE INDEX merges_standing ON merges (merged_id) WHERE undone_at IS NULL;
CREATE INDEX merges_kept ON merges (kept_id);

-- Two who may be one. Who refused, refused for good.
CREATE TABLE merge_suggestions (
    one_id   text NOT NULL REFERENCES customers ON DELETE CASCADE,
    other_id text NOT NULL REFERENCES customers ON DELETE CASCADE,
    kind     text NOT NULL,               -- of the identity they share
    value    text NOT NULL,
    at       bigint NOT NULL,
    state    text NOT NULL CHECK (state IN ('open', 'taken', 'refused')),
    by       text,
    PRIMARY KEY (one_id, other_id),
    CHECK (one_id < other_id)
);
CREATE INDEX merge_suggestions_other ON merge_suggestions (other_id);
CREATE INDEX merge_suggestions_open ON merge_suggestions (at, one_id, other_id) WHERE state = 'open';

-- Customers whose data is to go; done_at: it is gone.
CREATE TABLE erasures (
    customer_id text PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
    by          text NOT NULL,
    at          bigint NOT NULL,
    done_at     bigint
);
CREATE INDEX erasures_waiting ON erasures (at) WHERE done_at IS NULL;

CREATE INDEX audit_subject ON audit (subject, id);
