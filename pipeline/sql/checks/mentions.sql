-- description: A mention belongs to an utterance or to a survey answer, stands within its text while there is one, and weighs between 0 and 1.
SELECT coalesce(said.conversation_id, said.response_id) AS id
FROM mentions AS said
LEFT JOIN utterances USING (conversation_id, utterance_index)
LEFT JOIN survey_responses AS answers ON answers.response_id = said.response_id
WHERE NOT coalesce(
    (text IS NOT NULL) <> (answers.response_id IS NOT NULL)
    AND (coalesce(text, verbatim) = '' OR 0 <= "start" AND "start" < "end" AND "end" <= length(coalesce(text, verbatim)))
    AND weight BETWEEN 0 AND 1,
    false
);
