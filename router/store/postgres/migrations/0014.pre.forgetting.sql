-- What is kept of customers can go: customer by customer when it is asked for, and by age.

-- Customers whose data is to go; done_at: it is gone. attempts, next_at: one that fails is tried again later and lets the
-- others pass; next_at is also until when somebody is at it. reason: why it failed last, without anything of the customer
-- in it.
CREATE TABLE erasures (
    customer_id text PRIMARY KEY REFERENCES customers ON DELETE CASCADE,
    by          text NOT NULL,
    at          bigint NOT NULL,
    done_at     bigint,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     bigint NOT NULL DEFAULT 0,
    reason      text NOT NULL DEFAULT ''
);
CREATE INDEX erasures_waiting ON erasures (at) WHERE done_at IS NULL;
CREATE INDEX erasures_due ON erasures (next_at) WHERE done_at IS NULL;

-- Whose turn it is to forget, by kind of what is kept: one node at a time.
CREATE TABLE retention_turns (
    kind    text PRIMARY KEY,
    next_at bigint NOT NULL
);
