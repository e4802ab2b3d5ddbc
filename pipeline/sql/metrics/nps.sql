-- description: NPS of all answers, month by month.
-- grain: month of the answer
-- unit: nps -100…100 with its 95 % interval
-- people: respondent_count by month
SELECT
    strftime(responded_date, '%Y-%m') AS month,
    count(DISTINCT coalesce(answers.customer_key, conversations.customer_key, answers.conversation_id, response_id))
        FILTER (nps_rating IS NOT NULL) AS respondent_count,
    count(nps_rating) AS nps_count,
    nps(nps_rating) AS nps,
    nps_low(nps_rating) AS nps_low,
    nps_high(nps_rating) AS nps_high
FROM survey_responses AS answers
LEFT JOIN conversations ON conversations.conversation_id = answers.conversation_id
GROUP BY month
ORDER BY month;
