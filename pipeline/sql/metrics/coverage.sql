-- description: In which channel and touchpoint is what known of how many contacts: NPS, CES, FCR, goal, ease, emotion?
-- grain: channel, touchpoint and measure
-- unit: share 0…1 of the conversations there of which it is known: nps, ces, fcr by a survey about that conversation; goal read as yes or no, ease as told, emotion in a turn of the customer
-- people: customer_count by channel, touchpoint, measure; known_customer_count for known_count, share
WITH answered AS (
    SELECT conversation_id,
        count(nps_rating) > 0 AS nps,
        count(ces_rating) > 0 AS ces,
        count(first_contact_resolution) > 0 AS fcr
    FROM survey_responses
    GROUP BY conversation_id
),
known AS (
    UNPIVOT (
        SELECT channel, touchpoint, coalesce(customer_key, conversation_id) AS customer,
            coalesce(nps, false) AS nps,
            coalesce(ces, false) AS ces,
            coalesce(fcr, false) AS fcr,
            coalesce(goal IN ('yes', 'no'), false) AS goal,
            ease IS NOT NULL AS ease,
            mean_feeling IS NOT NULL AS emotion
        FROM touchpoint_dimensions
        LEFT JOIN answered USING (conversation_id)
    ) ON nps, ces, fcr, goal, ease, emotion
    INTO NAME measure VALUE is_known
)
SELECT channel, touchpoint, measure,
    count(DISTINCT customer) AS customer_count,
    count(*) AS conversation_count,
    count(DISTINCT customer) FILTER (is_known) AS known_customer_count,
    count(*) FILTER (is_known) AS known_count,
    known_count / conversation_count AS share
FROM known
GROUP BY channel, touchpoint, measure
ORDER BY channel, touchpoint, list_position(['nps', 'ces', 'fcr', 'goal', 'ease', 'emotion'], measure);
