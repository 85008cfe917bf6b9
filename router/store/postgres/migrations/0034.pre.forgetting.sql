-- What is kept of customers can go: customer by customer when it is asked for, and by age.

-- attempts, next_at: one that fails is tried again later and lets the others pass. reason: why it failed last, without
-- anything of the customer in it. next_at is also until when somebody is at it.
ALTER TABLE erasures
    ADD COLUMN attempts integer NOT NULL DEFAULT 0,
    ADD COLUMN next_at bigint NOT NULL DEFAULT 0,
    ADD COLUMN reason text NOT NULL DEFAULT '';
CREATE INDEX erasures_due ON erasures (next_at) WHERE done_at IS NULL;

-- forgotten_at: its words are gone, the row is kept for the numbers; of a conversation, among its attributes.
ALTER TABLE cases ADD COLUMN forgotten_at bigint;
ALTER TABLE calls ADD COLUMN forgotten_at bigint;
CREATE INDEX conversations_to_forget ON conversations (closed_at, id)
    WHERE state = 'closed' AND NOT attributes ? 'forgotten_at';
CREATE INDEX cases_to_forget ON cases (closed_at, id) WHERE closed_at IS NOT NULL AND forgotten_at IS NULL;
CREATE INDEX calls_to_forget ON calls (ended_at, id) WHERE ended_at IS NOT NULL AND forgotten_at IS NULL;
CREATE INDEX originals_by_age ON files (created_at, id) WHERE claimed_type = 'message/rfc822';

-- Whose turn it is to forget, by kind of what is kept: one node at a time.
CREATE TABLE retention_turns (
    kind    text PRIMARY KEY,
    next_at bigint NOT NULL
);

-- Customers who wrote in somebody else's conversation: into a thread of mails they had a copy of.
CREATE TABLE guests (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    customer_id     text NOT NULL REFERENCES customers ON DELETE CASCADE,
    PRIMARY KEY (customer_id, conversation_id)
);
INSERT INTO guests
    SELECT DISTINCT c.id, m.author_id FROM conversations c JOIN messages m ON m.conversation_id = c.id
    WHERE c.channel = 'email' AND m.author = 'customer' AND m.author_id <> c.customer_id
        AND EXISTS (SELECT FROM customers WHERE id = m.author_id)
    ON CONFLICT DO NOTHING;

-- Whose words an example of the bot was made of.
CREATE TABLE bot_example_sources (
    bot             text NOT NULL,
    intent          text NOT NULL,
    text            text NOT NULL,
    conversation_id text NOT NULL,
    PRIMARY KEY (conversation_id, bot, intent, text),
    FOREIGN KEY (bot, intent, text) REFERENCES bot_examples ON DELETE CASCADE
);
CREATE INDEX bot_example_sources_example ON bot_example_sources (bot, intent, text);

-- By which what belongs to a conversation is found.
CREATE INDEX inbound_messages_conversation ON inbound_messages (conversation_id);
CREATE INDEX mail_acknowledgements_conversation ON mail_acknowledgements (conversation_id);
CREATE INDEX macro_runs_conversation ON macro_runs (conversation_id);
CREATE INDEX posts_step ON posts (step_id) WHERE step_id IS NOT NULL;
CREATE INDEX posts_sent ON posts (next_at) WHERE state = 'sent';
CREATE INDEX inbox_failed ON inbox (sender) WHERE state = 'failed';

-- What was posted is there: its words are not kept here, too.
UPDATE posts SET text = '' WHERE state = 'sent';
