-- People who work here: who they are, what they can do and where, how they are signed in, and what they did.
--
-- In all files: `at` and …_at are milliseconds since 1970 (bigint); ids are text made by the server; small sets of words
-- have a CHECK.

CREATE TABLE staff (
    id            text PRIMARY KEY,
    email         text NOT NULL,
    name          text NOT NULL,
    role          text NOT NULL CHECK (role IN ('agent', 'supervisor', 'admin')),
    team          text NOT NULL,
    password_hash text NOT NULL,
    status        text NOT NULL,      -- the presence status last chosen
    auto_accept   boolean NOT NULL DEFAULT false,   -- their client accepts offers itself
    units_limit   integer NOT NULL CHECK (units_limit >= 0),
    at_most       jsonb NOT NULL,     -- channel → most items held at once; channels missing are not served
    language      text NOT NULL,
    attributes    jsonb NOT NULL DEFAULT '{}',      -- what the policy may speak of: routing.skills, languages, …
    phone         text NOT NULL DEFAULT '',         -- answers calls there; '': in the browser
    active        boolean NOT NULL,
    created_at    bigint NOT NULL
);
CREATE UNIQUE INDEX staff_email ON staff (lower(email));

CREATE TABLE staff_skills (
    agent_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
    skill    text NOT NULL,
    level    integer NOT NULL CHECK (level BETWEEN 1 AND 10),
    PRIMARY KEY (agent_id, skill)
);

CREATE TABLE staff_queues (
    agent_id text NOT NULL REFERENCES staff ON DELETE CASCADE,
    queue    text NOT NULL,
    backup   boolean NOT NULL DEFAULT false,   -- they only help out there, once an item has waited for the queue's delay
    PRIMARY KEY (agent_id, queue)
);

CREATE TABLE login_sessions (
    token_hash   bytea PRIMARY KEY CHECK (length(token_hash) = 32),   -- SHA-256: a stolen dump signs nobody in
    staff_id     text NOT NULL REFERENCES staff ON DELETE CASCADE,
    created_at   bigint NOT NULL,
    expires_at   bigint NOT NULL,
    last_seen_at bigint NOT NULL,
    user_agent   text NOT NULL
);
CREATE INDEX login_sessions_staff ON login_sessions (staff_id);
CREATE INDEX login_sessions_expiry ON login_sessions (expires_at);

-- Keys the centre signs with (addresses of files), the same for all its nodes.
CREATE TABLE signing_keys (name text PRIMARY KEY, bytes bytea NOT NULL);

CREATE TABLE audit (
    id       bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at       bigint NOT NULL,
    actor_id text NOT NULL,
    action   text NOT NULL,
    subject  text NOT NULL,
    detail   jsonb NOT NULL
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_subject ON audit (subject, id);
