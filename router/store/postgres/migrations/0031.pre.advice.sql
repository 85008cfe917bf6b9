-- What came of asking an adviser about a customer's message: words of router.core.adviser.Advice, in the order asked.
ALTER TABLE bot_turns ADD COLUMN advice text[] NOT NULL DEFAULT '{}';
