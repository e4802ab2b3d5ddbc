-- description: From the customer's first words to the last: at which touchpoints do conversations end better than they began?
-- grain: touchpoint
-- unit: sentiment -1…1; mean_change is last minus first, with the standard error of the mean over conversations
-- people: customer_count by touchpoint
SELECT
    touchpoint,
    count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
    count(*) AS conversation_count,
    avg(first_sentiment) AS mean_first_sentiment,
    avg(last_sentiment) AS mean_last_sentiment,
    avg(last_sentiment - first_sentiment) AS mean_change,
    stddev_samp(last_sentiment - first_sentiment) / sqrt(count(*)) AS standard_error
FROM touchpoint_scores
WHERE speaker_role = 'customer' AND utterance_count >= 2
GROUP BY touchpoint
ORDER BY mean_change DESC;
