CREATE OR REPLACE VIEW tokens AS
SELECT conversation_id, utterance_index, token_index, token, lemma, upos, coalesce(normal, token) AS normal, rule,
    disfluency, sentence
FROM (
    SELECT conversation_id, utterance_index, generate_subscripts(tokens, 1) - 1 AS token_index,
        unnest(tokens, recursive := true)
    FROM utterances
);
COMMENT ON VIEW tokens IS 'A row for each token of each utterance.';
COMMENT ON COLUMN tokens.conversation_id IS 'The conversation.';
COMMENT ON COLUMN tokens.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN tokens.token_index IS 'The token in that, from 0.';
COMMENT ON COLUMN tokens.token IS 'The token as written.';
COMMENT ON COLUMN tokens.lemma IS 'Its dictionary form; where the utterance is not in Finnish, the token in lower case.';
COMMENT ON COLUMN tokens.upos IS 'Universal part of speech; X where the lemmatizer knows none.';
COMMENT ON COLUMN tokens.normal IS 'The token in standard spelling (oon: olen); the token itself where that is how it is written.';
COMMENT ON COLUMN tokens.rule IS 'Ids of the colloquial rules that gave another spelling, joined by +; NULL where none did.';
COMMENT ON COLUMN tokens.disfluency IS 'filler (öö, niinku) or repeat (a start said again): left out of lemma_counts; NULL for all other tokens.';
COMMENT ON COLUMN tokens.sentence IS 'The sentence of the utterance it stands in, from 0; NULL where stored before sentences were told.';
