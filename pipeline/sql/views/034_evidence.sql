CREATE OR REPLACE VIEW evidence AS
WITH found AS (
    SELECT conversation_id, utterance_index, NULL AS response_id, text, unnest(evidence) AS found
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    UNION ALL BY NAME
    SELECT response_id, verbatim AS text, unnest(evidence) AS found
    FROM verbatim_scores
    JOIN survey_responses USING (response_id)
)
SELECT conversation_id, utterance_index, response_id,
    found.label AS label,
    substring(text, found."start" + 1, found."end" - found."start") AS words,
    found.weight AS weight,
    found."start" AS span_start,
    found."end" AS span_end
FROM found;
COMMENT ON VIEW evidence IS 'The words that carry a sentiment or an emotion: a row for each stretch of words in utterances and open survey answers.';
COMMENT ON COLUMN evidence.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN evidence.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN evidence.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN evidence.label IS 'The sentiment or emotion that they carry.';
COMMENT ON COLUMN evidence.words IS 'The words as written, cut from the masked text.';
COMMENT ON COLUMN evidence.weight IS 'How much less probable the label is without this stretch alone, 0-1; 0 where it counts only together with the others.';
COMMENT ON COLUMN evidence.span_start IS 'Where they start in the masked text: characters from 0.';
COMMENT ON COLUMN evidence.span_end IS 'Where they end, exclusive.';
