-- Keys the centre signs with (addresses of files), the same for all its nodes.

CREATE TABLE signing_keys (name text PRIMARY KEY, bytes bytea NOT NULL);
