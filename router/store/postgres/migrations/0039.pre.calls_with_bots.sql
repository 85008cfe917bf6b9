-- Calls of a period, for what bots achieve on the telephone. started_at never changes: a call's changes stay on its page.

CREATE INDEX calls_started ON calls (started_at);
