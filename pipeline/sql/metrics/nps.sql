-- description: NPS of all answers, month by month.
-- grain: month of the answer
-- unit: nps -100…100 with its 95 % interval
SELECT
    strftime(responded_date, '%Y-%m') AS month,
    count(nps_rating) AS nps_count,
    nps(nps_rating) AS nps,
    nps_low(nps_rating) AS nps_low,
    nps_high(nps_rating) AS nps_high
FROM survey_responses
GROUP BY month
ORDER BY month;
