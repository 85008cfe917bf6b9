-- A lane id is a digest of its demand; a rebuild needs the demand back, also of lanes an item was transferred to.
CREATE TABLE lanes (
    id     text PRIMARY KEY,
    demand jsonb NOT NULL
);
