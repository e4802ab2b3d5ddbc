-- What is named, with where it is said: the mentions of a kind, in utterances and in open survey answers.

CREATE OR REPLACE MACRO mentions_of(wanted) AS TABLE
SELECT said.conversation_id, said.utterance_index, said.response_id, speaker_role, touchpoint, label, nps_rating,
    nullif(substring(coalesce(text, verbatim), "start" + 1, "end" - "start"), '') AS words,
    "start" AS span_start,
    "end" AS span_end
FROM mentions AS said
LEFT JOIN utterances USING (conversation_id, utterance_index)
LEFT JOIN conversation_touchpoints AS stretch
    ON stretch.conversation_id = said.conversation_id
    AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
LEFT JOIN survey_responses AS answers ON answers.response_id = said.response_id
WHERE kind = wanted;
