-- The bot's talks, one a conversation it answers first: changed by whoever has claimed it, kept with what is still to
-- be done. And what was heard, understood and decided at each message: no text, that is the message's own.

CREATE TABLE bot_talks (
    conversation_id text PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
    account         text NOT NULL,
    bot             text NOT NULL,
    stage           text NOT NULL CHECK (stage IN ('talking', 'handed_over', 'ended')),
    reason          text NOT NULL DEFAULT '',   -- why it was handed over or ended
    heard_n         integer NOT NULL,           -- the customer's last message that was answered
    body            jsonb,                      -- router.core.bot.talk.Talk; null: nothing was heard yet
    claimed_until   bigint NOT NULL,            -- whose it is, is at it until then
    attempts        integer NOT NULL,           -- in vain, since it last went on
    due_at          bigint NOT NULL,            -- when the customer has been silent for too long
    started_at      bigint NOT NULL,
    ended_at        bigint
) WITH (fillfactor = 70);
CREATE INDEX bot_talks_ended ON bot_talks (ended_at) WHERE ended_at IS NOT NULL;

CREATE TABLE bot_turns (
    conversation_id text NOT NULL REFERENCES conversations ON DELETE CASCADE,
    n               integer NOT NULL,           -- of the customer's message
    at              bigint NOT NULL,
    language        text NOT NULL,
    decision        text NOT NULL,              -- router.core.bot.draft.Decision
    intent          text NOT NULL,              -- the likeliest, or what was answered
    confidence      real NOT NULL,
    model           text NOT NULL,              -- version of the engine's model
    PRIMARY KEY (conversation_id, n)
);
CREATE INDEX bot_turns_at ON bot_turns (at, decision);

-- Conversations a bot has: few are open at once.
CREATE INDEX conversations_with_bot ON conversations (id) WHERE state = 'open' AND attributes ? 'bot_until';
