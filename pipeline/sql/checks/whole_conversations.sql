-- description: Every conversation has its utterances from 0 without a gap, each in one of its parts, and stands on the service path; no row is an orphan.
SELECT conversation_id, 'utterances' AS missing
FROM conversations
LEFT JOIN utterances USING (conversation_id)
GROUP BY conversation_id
HAVING count(utterance_index) = 0 OR min(utterance_index) <> 0
    OR max(utterance_index) <> count(utterance_index) - 1
UNION ALL
SELECT conversation_id, 'parts'
FROM (SELECT conversation_id, count(*) AS said_count FROM utterances GROUP BY conversation_id)
LEFT JOIN (
    SELECT conversation_id, sum(utterance_count) AS part_count, max(first_utterance_index + utterance_count) AS end_index
    FROM conversation_parts
    GROUP BY conversation_id
) USING (conversation_id)
WHERE part_count IS DISTINCT FROM said_count OR end_index <> said_count
UNION ALL
SELECT conversation_id, 'touchpoint'
FROM conversations
ANTI JOIN conversation_touchpoints USING (conversation_id)
UNION ALL
SELECT conversation_id, 'conversation'
FROM (
    SELECT conversation_id FROM utterances
    UNION SELECT conversation_id FROM utterance_scores
    UNION SELECT conversation_id FROM conversation_touchpoints
    UNION SELECT conversation_id FROM conversation_parts
    UNION SELECT conversation_id FROM earlier_scores WHERE conversation_id IS NOT NULL
    UNION SELECT conversation_id FROM earlier_readings
)
ANTI JOIN conversations USING (conversation_id)
UNION ALL
SELECT conversation_id, 'utterance'
FROM utterance_scores
ANTI JOIN utterances USING (conversation_id, utterance_index)
UNION ALL
SELECT response_id, 'answer'
FROM (SELECT response_id FROM verbatim_scores UNION SELECT response_id FROM earlier_scores WHERE response_id IS NOT NULL)
ANTI JOIN survey_responses USING (response_id)
UNION ALL
SELECT conversation_id, 'score'
FROM earlier_scores
ANTI JOIN utterance_scores USING (conversation_id, utterance_index)
WHERE conversation_id IS NOT NULL
UNION ALL
SELECT conversation_id, 'part'
FROM earlier_readings
ANTI JOIN conversation_parts USING (conversation_id, first_utterance_index);
