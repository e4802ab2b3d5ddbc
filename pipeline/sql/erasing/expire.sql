-- What expiring.sql found goes: conversations and answers with everything that belongs to them; of texts the words, and the
-- scores stay.
DELETE FROM device_events WHERE event_key IN (SELECT id FROM expiring WHERE what = 'device events');
DELETE FROM rejections WHERE rowid IN (SELECT id::BIGINT FROM expiring WHERE what = 'rejections');

DELETE FROM mentions WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM mentions WHERE response_id IN (SELECT id FROM expiring WHERE what = 'survey answers');
DELETE FROM earlier_scores WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM earlier_scores WHERE response_id IN (SELECT id FROM expiring WHERE what = 'survey answers');
DELETE FROM earlier_readings WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM part_readings WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM utterance_readings WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM conversation_touchpoints WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM conversation_parts WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM utterance_scores WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM utterances WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM conversations WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'conversations');
DELETE FROM verbatim_scores WHERE response_id IN (SELECT id FROM expiring WHERE what = 'survey answers');
DELETE FROM survey_responses WHERE response_id IN (SELECT id FROM expiring WHERE what = 'survey answers');

UPDATE utterance_scores SET evidence = NULL
WHERE evidence IS NOT NULL AND conversation_id IN (SELECT id FROM expiring WHERE what = 'texts');
UPDATE utterances SET text = '', normalized_text = NULL, tokens = []
WHERE conversation_id IN (SELECT id FROM expiring WHERE what = 'texts');
UPDATE verbatim_scores SET evidence = NULL
WHERE evidence IS NOT NULL AND response_id IN (SELECT id FROM expiring WHERE what = 'verbatims');
UPDATE survey_responses SET verbatim = '', normalized_verbatim = NULL, tokens = []
WHERE verbatim IS NOT NULL AND response_id IN (SELECT id FROM expiring WHERE what = 'verbatims');
UPDATE survey_responses SET metadata = NULL
WHERE metadata IS NOT NULL AND response_id IN (SELECT id FROM expiring WHERE what = 'verbatims');
UPDATE conversations SET metadata = NULL
WHERE metadata IS NOT NULL AND conversation_id IN (SELECT id FROM expiring WHERE what = 'texts');
UPDATE conversation_touchpoints SET evidence = NULL, reason = NULL
WHERE (evidence IS NOT NULL OR reason IS NOT NULL) AND conversation_id IN (SELECT id FROM expiring WHERE what = 'texts');
