-- What other programs are told (webhooks of ours), kept in the commit of what it is about; and how mailboxes are.

-- key: the same twice is one. body: what is sent, byte for byte the same at each try.
CREATE TABLE notices (
    key        text PRIMARY KEY,
    receiver   text NOT NULL,
    body       text NOT NULL,
    state      text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'parked')),
    attempts   integer NOT NULL DEFAULT 0,
    next_at    bigint NOT NULL,      -- waiting: not before; while it is sent: taken for lost after
    reason     text NOT NULL DEFAULT '',
    at         bigint NOT NULL
);
CREATE INDEX notices_due ON notices (next_at) WHERE state = 'waiting';
CREATE INDEX notices_sent ON notices (at) WHERE state = 'sent';
CREATE INDEX notices_parked ON notices (at) WHERE state = 'parked';

-- well_at: when it was last looked into without trouble. trouble, trouble_at: what is wrong since when; '': nothing.
ALTER TABLE mailboxes
    ADD COLUMN well_at bigint,
    ADD COLUMN trouble text NOT NULL DEFAULT '',
    ADD COLUMN trouble_at bigint;

-- Mails that stay in their mailbox because its server cannot give them, or we cannot keep them: a person has to look.
CREATE TABLE mails_left (
    account      text NOT NULL,
    uid_validity bigint NOT NULL,
    uid          bigint NOT NULL,
    reason       text NOT NULL,
    at           bigint NOT NULL,
    PRIMARY KEY (account, uid_validity, uid)
);
