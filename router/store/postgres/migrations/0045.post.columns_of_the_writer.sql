-- The forms of these functions that took one array a column; 0044 has those of rows.

DROP FUNCTION append_journal(
    bigint[], bigint[], text[], text[], text[], text[], bytea[], text[], bigint[], text[], text[], integer[],
    bigint[], bigint[], bigint[], text[], text[], text[], bigint[], bigint[], integer[], bigint[], bigint[], bigint[],
    text[], text[]
);
DROP FUNCTION append_messages(
    text[], text[], text[], text[], text[], text[], text[], bigint[], boolean[], text[], text[]
);
DROP FUNCTION start_conversations(
    text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], bigint[], text[], text[], text[],
    text[], text[], text[], text[], text[], text[], text[], text[], integer[], integer[]
);
