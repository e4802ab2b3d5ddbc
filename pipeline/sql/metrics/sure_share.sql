-- description: How many readings of sentiment are sure in each channel, and does the mean change if only those count?
-- grain: channel and speaker role; open survey answers are channel survey, speaker role customer
-- unit: sure_share 0…1 of the scored texts that tell (told_count; older rows do not); means of sentiment -1…1 over the same
-- people: none (its two means together would tell the mean of the few readings that are not sure)
WITH readings AS (
    SELECT channel, speaker_role, is_sure, sentiment_score
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    WHERE speaker_role IN ('customer', 'agent')
    UNION ALL
    SELECT 'survey', 'customer', is_sure, sentiment_score FROM verbatim_scores
)
SELECT channel, speaker_role,
    count(*) AS scored_count,
    count(is_sure) AS told_count,
    avg(is_sure::INTEGER) AS sure_share,
    avg(sentiment_score) FILTER (is_sure IS NOT NULL) AS mean_sentiment,
    avg(sentiment_score) FILTER (is_sure) AS sure_mean_sentiment
FROM readings
GROUP BY channel, speaker_role
ORDER BY channel, speaker_role DESC;
