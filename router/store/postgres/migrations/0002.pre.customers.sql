-- One customer over all channels. A row of customers is what came to us in one way: everything else refers to it and
-- stays with it. Those found to be one person form a tree; its head stands for all of them.

CREATE TABLE customers (
    id          text PRIMARY KEY,
    name        text NOT NULL,
    email       text NOT NULL,
    language    text NOT NULL,
    attributes  jsonb NOT NULL,
    created_at  bigint NOT NULL,
    merged_into text REFERENCES customers,    -- directly
    head_id     text REFERENCES customers,    -- at the top; null for a head
    erased_at   bigint,                       -- their data is gone, the row is kept for the numbers
    CHECK ((merged_into IS NULL) = (head_id IS NULL))
);
CREATE INDEX customers_head ON customers (head_id) WHERE head_id IS NOT NULL;
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;

CREATE TABLE identities (
    kind        text NOT NULL,        -- phone, email, messenger id …
    value       text NOT NULL,
    customer_id text NOT NULL REFERENCES customers ON DELETE CASCADE,
    proof       text NOT NULL DEFAULT 'shown' CHECK (proof IN ('shown', 'channel', 'signed')),   -- router.core.identity
    at          bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (kind, value)
);
CREATE INDEX identities_customer ON identities (customer_id);

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

-- Browsers that write through the widget.
CREATE TABLE visitors (
    id           text PRIMARY KEY,
    token_hash   bytea NOT NULL UNIQUE CHECK (length(token_hash) = 32),   -- SHA-256
    customer_id  text NOT NULL REFERENCES customers ON DELETE CASCADE,
    account      text NOT NULL,
    created_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL
);
CREATE INDEX visitors_customer ON visitors (customer_id);
