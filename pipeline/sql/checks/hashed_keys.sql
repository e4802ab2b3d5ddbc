-- description: The keys of customers, participants, devices and contents are keyed hashes, never a source's own ids.
SELECT conversation_id AS id FROM conversations WHERE NOT regexp_full_match(customer_key, '[0-9a-f]{32}')
UNION ALL
SELECT conversation_id FROM utterances WHERE NOT regexp_full_match(participant_key, '[0-9a-f]{32}')
UNION ALL
SELECT response_id FROM survey_responses WHERE NOT regexp_full_match(customer_key, '[0-9a-f]{32}')
UNION ALL
SELECT conversation_id FROM conversation_parts WHERE NOT regexp_full_match(content_key, '[0-9a-f]{32}')
UNION ALL
SELECT response_id FROM survey_responses WHERE NOT regexp_full_match(content_key, '[0-9a-f]{32}')
UNION ALL
SELECT event_key
FROM (SELECT event_key, unnest([event_key, device_key, customer_key, content_key]) AS stored FROM device_events)
WHERE NOT regexp_full_match(stored, '[0-9a-f]{32}');
