-- What other programs are told (webhooks of ours), kept in the commit of what it is about.

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
