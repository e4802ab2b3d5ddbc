-- What a team's customers felt at each touchpoint in a week, and how that differs from the weeks before; only where enough
-- customers were in both, else without the difference. A customer counts once: by the mean of their turns. The interval of the
-- difference (difference_low) takes both periods for different people; of the same ones it is rather too wide.
WITH felt AS (
    SELECT touchpoint, started_date >= $first_day AS is_this_week, coalesce(customer_key, conversation_id) AS customer,
        avg(feeling) AS feeling
    FROM customer_feelings
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    WHERE queue = $team AND started_date BETWEEN $before AND $last_day AND counts AND touchpoint <> 'unknown'
    GROUP BY ALL
),
periods AS (
    SELECT touchpoint, is_this_week,
        count(*) AS customer_count,
        avg(feeling) AS mean,
        mean_low(feeling, least := -1) AS low,
        mean_high(feeling, most := 1) AS high
    FROM felt
    GROUP BY touchpoint, is_this_week
    HAVING count(*) >= $floor
)
SELECT coalesce(path.name, now.touchpoint) AS name, now.customer_count, now.mean, now.low, now.high,
    earlier.customer_count AS earlier_customer_count,
    earlier.mean AS earlier_mean,
    now.mean - earlier.mean AS change,
    difference_low(now.mean, now.low, earlier.mean, earlier.high) AS change_low,
    difference_high(now.mean, now.high, earlier.mean, earlier.low) AS change_high
FROM periods AS now
LEFT JOIN periods AS earlier ON earlier.touchpoint = now.touchpoint AND NOT earlier.is_this_week
LEFT JOIN path_touchpoints AS path ON path.touchpoint = now.touchpoint
WHERE now.is_this_week
ORDER BY now.customer_count DESC, name;
