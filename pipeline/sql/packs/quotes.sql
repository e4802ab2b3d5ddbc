-- What a team's customers said in a week when they thanked (and felt well) or complained: masked turns of five to forty words
-- without a hint at a special category, the surest first. The keys are for telling people apart, and are written nowhere.
SELECT event, conversation_id, coalesce(customer_key, conversation_id) AS customer, text
FROM customer_events
JOIN conversations USING (conversation_id)
JOIN utterances USING (conversation_id, utterance_index)
JOIN customer_feelings AS felt USING (conversation_id, utterance_index)
WHERE queue = $team AND started_date BETWEEN $first_day AND $last_day
    AND (event = 'complaint' OR event = 'thanks' AND felt.sentiment = 'positive')
    AND word_count BETWEEN 5 AND 40 AND len(special_categories) = 0 AND asr_suspect IS NULL
ORDER BY event, probability DESC, conversation_id, utterance_index;
