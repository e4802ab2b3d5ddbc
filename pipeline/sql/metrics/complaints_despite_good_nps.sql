-- description: Promoters (9-10) whose conversation was among the gloomiest third: complaints that a good NPS hides.
-- grain: survey answer
-- unit: sentiment -1…1; negative_share 0…1; ces 1-7 (7 = very easy), csat 1-5
WITH gloomy AS (
    SELECT quantile_cont(mean_sentiment, 1 / 3) AS threshold FROM touchpoint_scores WHERE speaker_role = 'customer'
)
SELECT conversation_id, started_date, touchpoint, channel, nps_rating, ces_rating, csat_rating, mean_sentiment,
    lowest_sentiment, negative_share
FROM touchpoint_nps_by_conversation, gloomy
WHERE nps_rating >= 9 AND mean_sentiment <= threshold AND mean_sentiment < 0
ORDER BY mean_sentiment;
