CREATE OR REPLACE VIEW tokens AS
SELECT conversation_id, utterance_index, generate_subscripts(tokens, 1) - 1 AS token_index,
    unnest(tokens, recursive := true)
FROM utterances;
COMMENT ON VIEW tokens IS 'A row for each token of each utterance.';
COMMENT ON COLUMN tokens.conversation_id IS 'The conversation.';
COMMENT ON COLUMN tokens.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN tokens.token_index IS 'The token in that, from 0.';
COMMENT ON COLUMN tokens.token IS 'The token as written.';
COMMENT ON COLUMN tokens.lemma IS 'Its dictionary form.';
COMMENT ON COLUMN tokens.upos IS 'Universal part of speech; X where the lemmatizer knows none.';
