-- Every conversation as a whole.
FROM conversation_summary;
