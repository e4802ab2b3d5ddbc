-- description: Every Finnish utterance of a customer or an agent that is no ASR suspect has a score, and no other one has.
SELECT conversation_id, utterance_index
FROM utterances
LEFT JOIN utterance_scores AS scores USING (conversation_id, utterance_index)
WHERE (speaker_role IN ('customer', 'agent') AND language = 'fi' AND asr_suspect IS NULL) = (scores.sentiment IS NULL)
UNION ALL
SELECT response_id, 0
FROM survey_responses
LEFT JOIN verbatim_scores AS scores USING (response_id)
WHERE (verbatim IS NOT NULL AND coalesce(language, '') = 'fi') = (scores.sentiment IS NULL);
