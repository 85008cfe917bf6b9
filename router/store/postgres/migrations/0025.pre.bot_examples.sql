-- What bots are taught beside their files: words of customers that were not understood, and what they meant.

CREATE TABLE bot_examples (
    bot      text NOT NULL,
    intent   text NOT NULL,
    language text NOT NULL,
    text     text NOT NULL,
    added_by text NOT NULL,
    added_at bigint NOT NULL,
    PRIMARY KEY (bot, intent, text)
);
-- Questions somebody has seen to: taught, made an article of, or not worth either.
CREATE TABLE bot_seen (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,
    seen_by         text NOT NULL,
    seen_at         bigint NOT NULL,
    PRIMARY KEY (conversation_id, n)
);
