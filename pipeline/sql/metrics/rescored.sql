-- description: What does the present model read otherwise than those before it? Look before you trust a trend across the change.
-- grain: earlier and present version, and touchpoint; of open survey answers one row without a touchpoint, each answer counted as a conversation
-- unit: changed_share 0…1 of the customers' utterances whose sentiment is another; means of sentiment -1…1 over conversations, as in before_after; mean_difference: the present less the earlier, with its standard error over conversations
-- people: none (it tells of models, for those who look after the figures)
WITH texts AS (
    SELECT touchpoint, coalesce(customer_key, conversation_id) AS customer, conversation_id AS contact,
        changes.* EXCLUDE (conversation_id)
    FROM score_changes AS changes
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN conversation_touchpoints AS placed USING (conversation_id)
    WHERE speaker_role = 'customer' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
    UNION ALL BY NAME
    SELECT coalesce(answers.customer_key, conversations.customer_key, answers.conversation_id, answers.response_id) AS customer,
        answers.response_id AS contact, changes.* EXCLUDE (conversation_id)
    FROM score_changes AS changes
    JOIN survey_responses AS answers USING (response_id)
    LEFT JOIN conversations ON conversations.conversation_id = answers.conversation_id
),
contacts AS (
    SELECT earlier_model || ' ' || earlier_model_version AS earlier_version, model || ' ' || model_version AS present_version,
        touchpoint, contact,
        any_value(customer) AS customer,
        count(*) AS utterance_count,
        count(*) FILTER (is_changed) AS changed_count,
        avg(earlier_sentiment_score) AS earlier_sentiment,
        avg(sentiment_score) AS sentiment
    FROM texts
    GROUP BY earlier_version, present_version, touchpoint, contact
)
SELECT earlier_version, present_version, touchpoint,
    count(DISTINCT customer) AS customer_count,
    count(*) AS conversation_count,
    sum(utterance_count)::BIGINT AS utterance_count,
    sum(changed_count) / sum(utterance_count) AS changed_share,
    avg(earlier_sentiment) AS earlier_mean_sentiment,
    avg(sentiment) AS mean_sentiment,
    avg(sentiment - earlier_sentiment) AS mean_difference,
    stddev_samp(sentiment - earlier_sentiment) / sqrt(count(*)) AS standard_error
FROM contacts
GROUP BY earlier_version, present_version, touchpoint
ORDER BY earlier_version, present_version, touchpoint NULLS LAST;
