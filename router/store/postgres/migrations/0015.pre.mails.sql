-- E-mail: mailboxes that are fetched from, what tells that a mail belongs to a conversation, whom a machine answered.

-- held_by: the node that fetches; another takes over when it has not said so again until held_until.
-- uid_validity, last_uid: how far the folder was read (RFC 3501); null before the first time.
CREATE TABLE mailboxes (
    account      text PRIMARY KEY,
    held_by      text NOT NULL DEFAULT '',
    held_until   timestamptz NOT NULL DEFAULT '-infinity',
    uid_validity bigint,
    last_uid     bigint
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

-- How many conversations somebody began by mail lately, and the last of them.
CREATE INDEX conversations_of_address ON conversations (account, address, started_at) WHERE channel = 'email';
