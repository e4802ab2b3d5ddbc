-- After the last round of a batch: which conversations its answers are about, what was left out, and the batch itself.

-- A survey names an id and no system. Where the answer's own system has conversations, it is about one of those; else about
-- the only one of that id, and where several systems have one, nobody knows about which.
UPDATE survey_responses SET conversation_id = found.conversation_id
FROM (
    SELECT response_id,
        coalesce(
            any_value(stored.conversation_id) FILTER (stored.source = answers.source),
            CASE WHEN count(*) = 1 AND NOT bool_or(answers.source IN (SELECT source FROM conversations))
                THEN any_value(stored.conversation_id) END
        ) AS conversation_id
    FROM survey_responses AS answers
    JOIN conversations AS stored ON stored.source_id = answers.source_conversation_id
    WHERE source_conversation_id IN (
        SELECT conversation_id FROM staged_conversations UNION ALL SELECT conversation_id FROM staged_responses
    )
    GROUP BY response_id
) AS found
WHERE found.response_id = survey_responses.response_id
    AND survey_responses.conversation_id IS DISTINCT FROM found.conversation_id;

INSERT INTO rejections BY NAME
SELECT $file_name AS file_name, $file_sha256 AS file_sha256, position, code, $batch_id AS batch_id,
    $run_id AS run_id, $now AS rejected_at
FROM (
    SELECT unnest(rejections, recursive := true) FROM staged
    UNION ALL
    SELECT position, if(kind = 'conversation', 'duplicate_conversation', 'duplicate_response')
    FROM outcomes WHERE outcome = 'duplicate'
) AS rejected
WHERE NOT EXISTS (
    FROM rejections AS known
    WHERE known.file_sha256 = $file_sha256 AND known.position = rejected.position AND known.code = rejected.code
        AND known.batch_id <> $batch_id AND known.position <> '-'
);

INSERT INTO batches BY NAME
SELECT $batch_id AS batch_id, $file_sha256 AS file_sha256, $run_id AS run_id, $now AS loaded_at,
    count(*) FILTER (kind = 'conversation' AND outcome IN ('stored', 'replaced', 'merged')) AS conversation_count,
    coalesce(sum(utterance_count) FILTER (outcome IN ('stored', 'replaced', 'merged')), 0) AS utterance_count,
    count(*) FILTER (kind = 'response' AND outcome IN ('stored', 'replaced')) AS survey_response_count,
    count(*) FILTER (kind = 'event' AND outcome IN ('stored', 'replaced')) AS device_event_count,
    (SELECT count(*) FROM rejections WHERE batch_id = $batch_id) AS rejection_count,
    $is_backfill AS is_backfill,
    count(*) FILTER (outcome = 'stored') AS stored_count,
    count(*) FILTER (outcome = 'unchanged') AS unchanged_count,
    count(*) FILTER (outcome = 'replaced') AS replaced_count,
    count(*) FILTER (outcome = 'merged') AS merged_count,
    count(*) FILTER (outcome = 'outdated') AS outdated_count
FROM outcomes;
