-- What is said: conversations and their messages.

-- thread: what two messages share that belong in one conversation while it is open: account and sender for messengers,
-- the first mail of a thread for e-mail; null where a conversation has a beginning of its own (webchat, a call).
-- address: the customer as the channel names them; what answers are sent to.
-- ..._delivered_n, ..._read_n: up to which message. They only rise; what is read is delivered.
-- attributes: bot_until while a bot has it; forgotten_at once its words are gone and the row is kept for the numbers; …
CREATE TABLE conversations (
    id                   text PRIMARY KEY,
    channel              text NOT NULL,
    account              text NOT NULL,
    thread               text,
    address              text NOT NULL DEFAULT '',
    customer_id          text NOT NULL REFERENCES customers ON DELETE CASCADE,
    visitor_id           text REFERENCES visitors ON DELETE SET NULL,
    start_id             text NOT NULL,       -- the client_id of its first message: starting again is the same start
    subject              text NOT NULL,
    language             text NOT NULL,
    department           text NOT NULL,
    page_url             text NOT NULL,
    attributes           jsonb NOT NULL,
    state                text NOT NULL CHECK (state IN ('open', 'closed')),
    started_at           bigint NOT NULL,
    closed_at            bigint,
    last_n               integer NOT NULL,
    customer_delivered_n integer NOT NULL DEFAULT 0,
    customer_read_n      integer NOT NULL DEFAULT 0,
    agent_delivered_n    integer NOT NULL DEFAULT 0,
    agent_read_n         integer NOT NULL DEFAULT 0,
    rating               integer CHECK (rating BETWEEN 1 AND 5),
    rating_comment       text NOT NULL DEFAULT '',
    CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    UNIQUE (customer_id, start_id)
) WITH (fillfactor = 80);   -- every message updates its row: room for that on the same page
CREATE INDEX conversations_customer ON conversations (customer_id, started_at DESC);
CREATE UNIQUE INDEX conversations_one_open_a_visitor ON conversations (visitor_id) WHERE state = 'open';
CREATE UNIQUE INDEX conversations_one_open_a_thread ON conversations (account, thread) WHERE state = 'open';
CREATE INDEX conversations_thread ON conversations (account, thread) WHERE thread IS NOT NULL;   -- over, too
-- How many somebody began by mail lately, and the last of them.
CREATE INDEX conversations_of_address ON conversations (account, address, started_at) WHERE channel = 'email';
-- Those a bot has: few are open at once.
CREATE INDEX conversations_with_bot ON conversations (id) WHERE state = 'open' AND attributes ? 'bot_until';
CREATE INDEX conversations_to_forget ON conversations (closed_at, id)
    WHERE state = 'closed' AND NOT attributes ? 'forgotten_at';

CREATE TABLE messages (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,         -- from 1, without gaps
    kind            text NOT NULL CHECK (kind IN ('text', 'note', 'system')),
    author          text NOT NULL CHECK (author IN ('customer', 'agent', 'bot', 'system')),
    author_id       text NOT NULL,
    author_name     text NOT NULL,
    text            text NOT NULL,
    client_id       text NOT NULL,
    at              bigint NOT NULL,
    -- What few messages have: sent_at by the provider's clock, a placeholder's word, the button pressed, files …
    extra           jsonb,
    PRIMARY KEY (conversation_id, n),
    UNIQUE (conversation_id, author_id, kind, client_id)   -- kind: no client can take an id the house uses
);
