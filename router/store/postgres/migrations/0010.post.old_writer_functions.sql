-- The forms of these functions before there were channels; 0009 has those with more parameters.

DROP FUNCTION append_messages(text[], text[], text[], text[], text[], text[], text[], bigint[], boolean[]);
DROP FUNCTION start_conversations(
    text[], text[], text[], text[], text[], text[], text[], text[], text[], text[], bigint[], text[], text[], text[],
    text[], text[], text[], text[], text[], integer[], integer[]
);
