-- Recordings of calls: fetched from the provider, kept here for as long as their line says, then deleted there.

CREATE TABLE recordings (
    sid         text PRIMARY KEY,         -- the provider's
    call_id     text NOT NULL,
    account     text NOT NULL,
    state       text NOT NULL,            -- fetching, deleting (at the provider), kept, failed, forgotten
    media_type  text NOT NULL DEFAULT '',
    bytes       bytea,
    attempts    integer NOT NULL DEFAULT 0,
    next_at     bigint NOT NULL,
    reason      text NOT NULL DEFAULT '',
    at          bigint NOT NULL
);
ALTER TABLE recordings ALTER COLUMN bytes SET STORAGE EXTERNAL;   -- a part of it is read without the rest

CREATE INDEX recordings_of_call ON recordings (call_id, at, sid);
CREATE INDEX recordings_to_do ON recordings (next_at) WHERE state IN ('fetching', 'deleting');
CREATE INDEX recordings_by_age ON recordings (account, at) WHERE bytes IS NOT NULL;
