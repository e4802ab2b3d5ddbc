-- What is older than its retention on $today, into temporary tables. The age counts from the day of the conversation or the
-- answer; where it has none, from the day its batch was loaded. A retention of 0 days is for ever.

CREATE OR REPLACE TEMP TABLE limits AS
SELECT unnest([
    {what: 'conversations', channel: 'chat', days: $conversations_chat},
    {what: 'conversations', channel: 'call', days: $conversations_call},
    {what: 'conversations', channel: 'email', days: $conversations_email},
    {what: 'conversations', channel: 'in_person', days: $conversations_in_person},
    {what: 'conversations', channel: 'social', days: $conversations_social},
    {what: 'texts', channel: 'chat', days: $texts_chat},
    {what: 'texts', channel: 'call', days: $texts_call},
    {what: 'texts', channel: 'email', days: $texts_email},
    {what: 'texts', channel: 'in_person', days: $texts_in_person},
    {what: 'texts', channel: 'social', days: $texts_social},
    {what: 'survey answers', channel: NULL, days: $survey_responses},
    {what: 'verbatims', channel: NULL, days: $verbatims},
    {what: 'device events', channel: NULL, days: $device_events},
    {what: 'rejections', channel: NULL, days: $rejections}
], recursive := true);

CREATE OR REPLACE TEMP TABLE expiring AS
WITH things AS (
    SELECT unnest(['conversations', 'texts']) AS what, channel, conversation_id AS id,
        coalesce(started_date, loaded_at::DATE) AS day
    FROM conversations
    JOIN batches USING (batch_id)
    UNION ALL
    SELECT unnest(['survey answers', 'verbatims']), NULL, response_id, responded_date
    FROM survey_responses
    UNION ALL
    SELECT 'device events', NULL, event_key, occurred_date
    FROM device_events
    UNION ALL
    SELECT 'rejections', NULL, rowid::VARCHAR, rejected_at::DATE
    FROM rejections
)
SELECT what, things.channel, id, day
FROM things
JOIN limits USING (what)
WHERE things.channel IS NOT DISTINCT FROM limits.channel AND days > 0 AND day < $today - days;

-- Words that go with their conversation or answer do not count on their own, nor do words that are gone.
DELETE FROM expiring
WHERE what = 'texts' AND (
    id IN (SELECT id FROM expiring WHERE what = 'conversations')
    OR id NOT IN (
        SELECT conversation_id FROM utterances WHERE text <> '' OR normalized_text IS NOT NULL OR len(tokens) > 0
        UNION ALL
        SELECT conversation_id FROM utterance_scores WHERE evidence IS NOT NULL
        UNION ALL
        SELECT conversation_id FROM conversations WHERE metadata IS NOT NULL
        UNION ALL
        SELECT conversation_id FROM conversation_touchpoints WHERE evidence IS NOT NULL OR reason IS NOT NULL
    )
);
DELETE FROM expiring
WHERE what = 'verbatims' AND (
    id IN (SELECT id FROM expiring WHERE what = 'survey answers')
    OR id NOT IN (
        SELECT response_id FROM survey_responses
        WHERE verbatim <> '' OR normalized_verbatim IS NOT NULL OR len(tokens) > 0 OR metadata IS NOT NULL
        UNION ALL
        SELECT response_id FROM verbatim_scores WHERE evidence IS NOT NULL
    )
);
