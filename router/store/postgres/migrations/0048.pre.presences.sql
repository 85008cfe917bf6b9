-- A rebuild asks who was there: of a day's events the few that say so, while nobody is served.
CREATE INDEX journal_presences ON journal (seq) WHERE type = 'agent.presence';
