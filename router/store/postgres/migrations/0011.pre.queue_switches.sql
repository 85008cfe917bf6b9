-- Queues opened or closed by a supervisor's hand, whatever their hours say.

CREATE TABLE queue_switches (
    queue text PRIMARY KEY,
    open  boolean NOT NULL,
    by_id text NOT NULL,
    at    bigint NOT NULL
);
