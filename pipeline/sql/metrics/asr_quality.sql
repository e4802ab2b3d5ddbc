-- description: How much of the calls did the speech recognizer seem to invent, and by which sign?
-- grain: reason
-- unit: share 0…1 of all utterances of calls; such utterances are kept and never scored
-- people: customer_count by reason
SELECT
    asr_suspect AS reason,
    count(*) AS utterance_count,
    count(*) / any_value(total) AS share,
    count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
    count(DISTINCT conversation_id) AS conversation_count
FROM utterances
JOIN conversations USING (conversation_id),
    (SELECT count(*) AS total FROM utterances JOIN conversations USING (conversation_id) WHERE channel = 'call')
WHERE asr_suspect IS NOT NULL
GROUP BY asr_suspect
ORDER BY utterance_count DESC, reason;
