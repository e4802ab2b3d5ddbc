-- description: No stored text or id looks like a henkilötunnus, an IBAN, an e-mail address or a mobile number.
-- The second guard, at rest: its patterns are written apart from those of the masking and are narrower.
WITH texts AS (
    SELECT conversation_id AS id, unnest([text, normalized_text]) AS text FROM utterances
    UNION ALL
    SELECT response_id, unnest([verbatim, normalized_verbatim]) FROM survey_responses
    UNION ALL
    SELECT conversation_id, unnest([conversation_id, queue]) FROM conversations
    UNION ALL
    SELECT file_sha256, file_name FROM source_files
    UNION ALL
    SELECT run_id, file_name FROM rejections
    UNION ALL
    SELECT response_id, unnest([response_id, conversation_id]) FROM survey_responses
)
SELECT id
FROM texts
WHERE regexp_matches(text, '(^|[^0-9])(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{2}[-+A-FU-Ya-fu-y][0-9]{3}[0-9A-Za-z]([^0-9\pL]|$)')
    OR regexp_matches(text, '(^|[^0-9\pL])[Ff][Ii][0-9]{2}( ?[0-9]){14}([^0-9]|$)')
    OR regexp_matches(text, '[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}')
    OR regexp_matches(text, '(^|[\s(])(0|(\+|00)358[ -]?)(4[0-9]|50)([ -]?[0-9]){7}([^0-9]|$)');
