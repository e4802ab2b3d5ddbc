-- What others than $reader_hash have read of the days from $first to $last (NULL: no limit), and whose words are all there;
-- into temporary tables. A part some words of which are gone stays as it was read: the whole cannot be read any more, nor
-- what a turn means after those before it.

CREATE OR REPLACE TEMP TABLE waiting_parts AS
SELECT conversation_id, first_utterance_index, any_value(channel) AS channel, count(*) AS text_count, bool_or(text = '') AS is_gone
FROM conversation_parts AS parts
JOIN conversations USING (conversation_id)
JOIN utterances USING (conversation_id)
WHERE reader_hash IS DISTINCT FROM $reader_hash
    AND utterance_index BETWEEN first_utterance_index AND first_utterance_index + parts.utterance_count - 1
    AND ($first::DATE IS NULL OR started_date >= $first::DATE)
    AND ($last::DATE IS NULL OR started_date <= $last::DATE)
GROUP BY conversation_id, first_utterance_index;

CREATE OR REPLACE TEMP TABLE waiting_answers AS
SELECT response_id, verbatim = '' AS is_gone
FROM survey_responses
WHERE verbatim IS NOT NULL AND reader_hash IS DISTINCT FROM $reader_hash
    AND ($first::DATE IS NULL OR responded_date >= $first::DATE)
    AND ($last::DATE IS NULL OR responded_date <= $last::DATE);
