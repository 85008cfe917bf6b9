-- Who has claimed a talk of a bot: counted up at each claim, so that one who was taken for lost changes nothing any more.

ALTER TABLE bot_talks ADD COLUMN claim bigint NOT NULL DEFAULT 0;

-- How often somebody named things a data source did not know, by day: who guesses other people's numbers is stopped,
-- however many talks they begin. A day and the one before are kept.

CREATE TABLE bot_misses (
    whose text NOT NULL,                        -- customer:ID, or network:MARK (a keyed digest of where they write from)
    day   integer NOT NULL,                     -- days since 1970, UTC
    count integer NOT NULL,
    PRIMARY KEY (whose, day)
);
CREATE INDEX bot_misses_day ON bot_misses (day);
