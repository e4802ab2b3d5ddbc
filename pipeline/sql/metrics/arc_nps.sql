-- description: Which part of the arc goes with the NPS that the customer gave about that conversation: mean, start, lowest, end, peak-end …?
-- grain: part of the arc
-- unit: correlation -1…1 (Pearson) of the feeling with nps_rating and its 95 % interval (Fisher's z), NULL of two, which always lie on a line; it is no cause; in_context_share 0…1 of the answers whose turns were read in context
-- people: respondent_count by part
WITH told AS (
    UNPIVOT (
        SELECT coalesce(arc.customer_key, answers.customer_key, conversation_id) AS customer,
            feeling_source, nps_rating, mean_feeling AS mean, start_feeling AS "start", lowest_feeling AS lowest, highest_feeling AS highest,
            end_feeling AS "end", slope, peak_end, recovery
        FROM emotion_arcs AS arc
        JOIN survey_responses AS answers USING (conversation_id)
        WHERE nps_rating IS NOT NULL
    ) ON mean, "start", lowest, highest, "end", slope, peak_end, recovery
    INTO NAME part VALUE feeling
),
correlated AS (
    SELECT part,
        count(DISTINCT customer) AS respondent_count,
        count(*) AS nps_count,
        CASE WHEN count(*) > 2 AND stddev_pop(feeling) > 0 AND stddev_pop(nps_rating) > 0
            THEN corr(feeling, nps_rating) END AS correlation,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM told
    GROUP BY part
)
SELECT part, respondent_count, nps_count, correlation,
    correlation_low(correlation, nps_count) AS correlation_low,
    correlation_high(correlation, nps_count) AS correlation_high,
    in_context_share
FROM correlated
ORDER BY abs(correlation) DESC NULLS LAST, part;
