-- Steps: parts of a matter that another department answers, in its Slack channel; and what we post there.

CREATE TABLE steps (
    id              text PRIMARY KEY,
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    department      text NOT NULL,
    subject         text NOT NULL,
    excerpt         text NOT NULL,        -- all that leaves the house
    opened_by       text NOT NULL,
    state           text NOT NULL CHECK (state IN ('open', 'taken', 'info_needed', 'done', 'cancelled')),
    owner_name      text NOT NULL DEFAULT '',   -- who took it over there
    opened_at       bigint NOT NULL,
    due_at          bigint NOT NULL,
    changed_at      bigint NOT NULL,
    reminders       integer NOT NULL DEFAULT 0,
    next_at         bigint,               -- when it is looked at again; null: it is over
    posted_at       text NOT NULL DEFAULT ''    -- the post's id: what its thread and buttons refer to
);
CREATE INDEX steps_conversation ON steps (conversation_id);
CREATE INDEX steps_due ON steps (next_at) WHERE next_at IS NOT NULL;
CREATE UNIQUE INDEX steps_posted ON steps (department, posted_at) WHERE posted_at <> '';

-- posts: in order within a step. key: the same post twice is one.
CREATE TABLE posts (
    key        text PRIMARY KEY,
    id         bigint GENERATED ALWAYS AS IDENTITY,
    step_id    text REFERENCES steps ON DELETE CASCADE,
    account    text NOT NULL,
    place      text NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('open', 'update', 'reply', 'alert')),
    text       text NOT NULL,             -- '' once it is sent: it is there then
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'parked')),
    attempts   integer NOT NULL DEFAULT 0,
    next_at    bigint NOT NULL,
    reason     text NOT NULL DEFAULT ''
);
CREATE INDEX posts_due ON posts (next_at, id) WHERE state = 'waiting';
CREATE INDEX posts_sent ON posts (next_at) WHERE state = 'sent';
CREATE INDEX posts_step ON posts (step_id) WHERE step_id IS NOT NULL;
