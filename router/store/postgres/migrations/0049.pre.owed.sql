-- What a case's customer is to be told yet, and since when: a node may die between a change and telling it.
ALTER TABLE cases ADD COLUMN promise_owed_at bigint;
ALTER TABLE cases ADD COLUMN survey_owed_at bigint;
