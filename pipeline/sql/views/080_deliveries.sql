CREATE OR REPLACE VIEW ignored_items AS
SELECT conversation_id, first_utterance_index, batch_id, item.key AS kind, item.value AS item_count
FROM (SELECT conversation_id, first_utterance_index, batch_id, unnest(map_entries(ignored)) AS item FROM conversation_parts);
COMMENT ON VIEW ignored_items IS 'What the sources hold besides what was said: a row for each kind in each part of a conversation.';
COMMENT ON COLUMN ignored_items.conversation_id IS 'The conversation.';
COMMENT ON COLUMN ignored_items.first_utterance_index IS 'The first utterance of the part.';
COMMENT ON COLUMN ignored_items.batch_id IS 'The batch that brought it.';
COMMENT ON COLUMN ignored_items.kind IS 'note (internal), event, typing, empty … as the reader of the format calls it.';
COMMENT ON COLUMN ignored_items.item_count IS 'How many there were.';

CREATE OR REPLACE VIEW deliveries AS
WITH parts AS (
    SELECT file_sha256, conversation_id, first_utterance_index, parts.utterance_count, parts.batch_id
    FROM conversation_parts AS parts
    JOIN batches USING (batch_id)
),
said AS (
    SELECT file_sha256,
        count(DISTINCT conversation_id) AS conversation_count,
        count(*) AS utterance_count,
        count(*) FILTER (speaker_role = 'customer') AS customer_utterance_count,
        count(*) FILTER (speaker_role = 'agent') AS agent_utterance_count,
        count(*) FILTER (speaker_role = 'bot') AS bot_utterance_count,
        count(*) FILTER (speaker_role = 'unknown') AS unknown_utterance_count
    FROM parts
    JOIN utterances USING (conversation_id)
    WHERE utterance_index BETWEEN first_utterance_index AND first_utterance_index + parts.utterance_count - 1
    GROUP BY file_sha256
),
kinds AS (
    SELECT file_sha256, kind, sum(item_count)::BIGINT AS item_count
    FROM ignored_items
    JOIN parts USING (conversation_id, first_utterance_index)
    GROUP BY file_sha256, kind
),
ignored AS (
    SELECT file_sha256, map_from_entries(list((kind, item_count) ORDER BY kind)) AS ignored
    FROM kinds
    GROUP BY file_sha256
),
answered AS (
    SELECT file_sha256, count(*) AS survey_response_count
    FROM survey_responses
    JOIN batches USING (batch_id)
    GROUP BY file_sha256
),
reported AS (
    SELECT file_sha256, count(*) AS device_event_count
    FROM device_events
    JOIN batches USING (batch_id)
    GROUP BY file_sha256
),
rejected AS (
    SELECT file_sha256, count(*) AS rejection_count FROM rejections GROUP BY file_sha256
)
SELECT files.file_sha256, file_name, format, loaded_at, stored_count, unchanged_count, replaced_count, merged_count,
    outdated_count, coalesce(rejection_count, 0) AS rejection_count,
    coalesce(conversation_count, 0) AS conversation_count,
    coalesce(survey_response_count, 0) AS survey_response_count,
    coalesce(reported.device_event_count, 0) AS device_event_count,
    coalesce(utterance_count, 0) AS utterance_count,
    coalesce(customer_utterance_count, 0) AS customer_utterance_count,
    coalesce(agent_utterance_count, 0) AS agent_utterance_count,
    coalesce(bot_utterance_count, 0) AS bot_utterance_count,
    coalesce(unknown_utterance_count, 0) AS unknown_utterance_count,
    coalesce(ignored, MAP {}) AS ignored
FROM source_files AS files
LEFT JOIN said USING (file_sha256)
LEFT JOIN ignored USING (file_sha256)
LEFT JOIN answered USING (file_sha256)
LEFT JOIN reported USING (file_sha256)
LEFT JOIN rejected USING (file_sha256);
COMMENT ON VIEW deliveries IS 'What each file brought, when it was read and of what is stored now: a row per file.';
COMMENT ON COLUMN deliveries.file_sha256 IS 'SHA-256 of the content.';
COMMENT ON COLUMN deliveries.file_name IS 'Name at the time of reading, without its folder.';
COMMENT ON COLUMN deliveries.format IS 'Recognised format; NULL where the file could not be read as a whole.';
COMMENT ON COLUMN deliveries.loaded_at IS 'When its last batch was loaded, UTC.';
COMMENT ON COLUMN deliveries.stored_count IS 'Conversations, answers and device events that were new. NULL in this and the four below: read before version 007.';
COMMENT ON COLUMN deliveries.unchanged_count IS 'Conversations and answers that were stored already as they are.';
COMMENT ON COLUMN deliveries.replaced_count IS 'Newer versions, which took the place of the stored ones.';
COMMENT ON COLUMN deliveries.merged_count IS 'Further parts of stored conversations.';
COMMENT ON COLUMN deliveries.outdated_count IS 'Older versions of what was stored: left out.';
COMMENT ON COLUMN deliveries.rejection_count IS 'Records that cannot be read or may not be stored: see rejections.';
COMMENT ON COLUMN deliveries.conversation_count IS 'Conversations stored now that hold something of it.';
COMMENT ON COLUMN deliveries.survey_response_count IS 'Survey answers stored now that came from it.';
COMMENT ON COLUMN deliveries.device_event_count IS 'Device events stored now that came from it.';
COMMENT ON COLUMN deliveries.utterance_count IS 'Utterances stored now that came from it.';
COMMENT ON COLUMN deliveries.customer_utterance_count IS 'Those of customers.';
COMMENT ON COLUMN deliveries.agent_utterance_count IS 'Those of agents.';
COMMENT ON COLUMN deliveries.bot_utterance_count IS 'Those of bots and menus: never scored.';
COMMENT ON COLUMN deliveries.unknown_utterance_count IS 'Those whose speaker is not known: never scored.';
COMMENT ON COLUMN deliveries.ignored IS 'What the source holds besides, by kind (note, event, typing, empty …), and how much of it.';
