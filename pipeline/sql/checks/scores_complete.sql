-- description: Every customer and agent utterance has a score, and no other utterance has one.
SELECT conversation_id, utterance_index
FROM utterances
LEFT JOIN utterance_scores AS scores USING (conversation_id, utterance_index)
WHERE (speaker_role IN ('customer', 'agent')) = (scores.sentiment IS NULL)
UNION ALL
SELECT response_id, 0
FROM survey_responses
LEFT JOIN verbatim_scores AS scores USING (response_id)
WHERE (verbatim IS NOT NULL) = (scores.sentiment IS NULL);
