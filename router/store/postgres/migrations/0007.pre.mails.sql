-- E-mail: mailboxes that are fetched from, what tells that a mail belongs to a conversation, whom a machine answered.

-- held_by: the node that fetches; another takes over when it has not said so again until held_until.
-- uid_validity, last_uid: how far the folder was read (RFC 3501); null before the first time.
-- well_at: when it was last looked into without trouble. trouble, trouble_at: what is wrong since when; '': nothing.
CREATE TABLE mailboxes (
    account      text PRIMARY KEY,
    held_by      text NOT NULL DEFAULT '',
    held_until   timestamptz NOT NULL DEFAULT '-infinity',
    uid_validity bigint,
    last_uid     bigint,
    well_at      bigint,
    trouble      text NOT NULL DEFAULT '',
    trouble_at   bigint
);

-- Mails that stay in their mailbox because its server cannot give them, or we cannot keep them: a person has to look.
CREATE TABLE mails_left (
    account      text NOT NULL,
    uid_validity bigint NOT NULL,
    uid          bigint NOT NULL,
    reason       text NOT NULL,
    at           bigint NOT NULL,
    PRIMARY KEY (account, uid_validity, uid)
);

-- mark: the Message-ID of a mail that came in, or `ref:` and the token of the conversation. Message-IDs of mails of
-- ours are in outbox.external_ids.
CREATE TABLE mail_marks (
    account         text NOT NULL,
    mark            text NOT NULL,
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    PRIMARY KEY (account, mark)
);
CREATE INDEX mail_marks_conversation ON mail_marks (conversation_id);

-- The last time a sender was told that their mail is here, and in which conversation.
CREATE TABLE mail_acknowledgements (
    account         text NOT NULL,
    sender          text NOT NULL,
    conversation_id text NOT NULL,
    at              bigint NOT NULL,
    PRIMARY KEY (account, sender)
);
CREATE INDEX mail_acknowledgements_conversation ON mail_acknowledgements (conversation_id);

-- Customers who wrote in somebody else's conversation: into a thread of mails they had a copy of.
CREATE TABLE guests (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    customer_id     text NOT NULL REFERENCES customers ON DELETE CASCADE,
    PRIMARY KEY (customer_id, conversation_id)
);
