-- Macros act on cases, too; macros and quick texts may be for some teams only.
ALTER TABLE macros ADD COLUMN teams text[] NOT NULL DEFAULT '{}';       -- who may use it; empty: everybody
ALTER TABLE quick_texts ADD COLUMN teams text[] NOT NULL DEFAULT '{}';  -- likewise
ALTER TABLE macro_runs ADD COLUMN case_id text NOT NULL DEFAULT '';     -- what it was begun on, instead of a work item
