-- description: What do customers feel toward the service (CX), what they use (UX) and the brand, at each touchpoint and in each team, and which is the weakest?
-- grain: segment_kind (touchpoint, queue) and segment; conversations that were read as a whole
-- unit: cx (people, how things are handled), ux (systems, channels, product), brand (brand, price) -1…1: means over customers of their strong feelings toward it, with 95 % intervals (Student's t); a pillar nobody feels strongly about is NULL; _coverage 0…1 of the conversations that tell of it; weakest: the lowest of those that two customers or more tell of, NULL where there are not two such; is_weakest_clear: its interval lies below all others; in_context_share 0…1 of the turns that were read in context
-- people: customer_count, agent_count by segment_kind, segment; cx_customer_count for cx_count, cx, cx_low, cx_high, cx_coverage; ux_customer_count for ux_count, ux, ux_low, ux_high, ux_coverage; brand_customer_count for brand_count, brand, brand_low, brand_high, brand_coverage; least_customer_count for weakest, is_weakest_clear
WITH stood AS (
    SELECT * FROM (
        SELECT DISTINCT conversation_id, 'touchpoint' AS segment_kind, touchpoint AS segment FROM conversation_touchpoints
        UNION ALL
        SELECT conversation_id, 'queue', coalesce(queue, 'unknown') FROM conversations
    )
    WHERE conversation_id IN (SELECT conversation_id FROM part_readings)
),
sizes AS (  -- a team of agents nobody names counts as one of one, so that it is hidden
    SELECT segment_kind, segment,
        count(DISTINCT coalesce(conversations.customer_key, conversation_id)) AS customer_count,
        greatest(
            count(DISTINCT participant_key) FILTER (speaker_role = 'agent'), (segment_kind = 'queue')::INTEGER
        ) AS agent_count,
        count(DISTINCT conversation_id) AS conversation_count
    FROM stood
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    GROUP BY segment_kind, segment
),
turns AS (
    SELECT segment_kind, segment, conversation_id, pillar, feeling, feeling_source
    FROM stood
    JOIN pillar_feelings USING (conversation_id)
    WHERE segment_kind = 'queue' OR touchpoint = segment
),
customers AS (
    SELECT segment_kind, segment, pillar, count(*) AS conversation_count, avg(feeling) AS feeling
    FROM (
        SELECT segment_kind, segment, pillar, conversation_id, avg(feeling) AS feeling
        FROM turns
        GROUP BY ALL
    )
    JOIN conversations USING (conversation_id)
    GROUP BY segment_kind, segment, pillar, coalesce(customer_key, conversation_id)
),
pillars AS (
    SELECT segment_kind, segment, pillar,
        count(*) AS customer_count,
        sum(conversation_count)::BIGINT AS conversation_count,
        avg(feeling) AS mean,
        mean_low(feeling, least := -1) AS low,
        mean_high(feeling, most := 1) AS high,
        CASE WHEN low IS NOT NULL THEN row_number() OVER (
            PARTITION BY segment_kind, segment, count(*) > 1 ORDER BY avg(feeling), pillar
        ) END AS place
    FROM customers
    GROUP BY segment_kind, segment, pillar
),
told AS (
    SELECT segment_kind, segment,
        max(customer_count) FILTER (pillar = 'cx') AS cx_customer_count,
        max(conversation_count) FILTER (pillar = 'cx') AS cx_count,
        max(mean) FILTER (pillar = 'cx') AS cx, max(low) FILTER (pillar = 'cx') AS cx_low,
        max(high) FILTER (pillar = 'cx') AS cx_high,
        max(customer_count) FILTER (pillar = 'ux') AS ux_customer_count,
        max(conversation_count) FILTER (pillar = 'ux') AS ux_count,
        max(mean) FILTER (pillar = 'ux') AS ux, max(low) FILTER (pillar = 'ux') AS ux_low,
        max(high) FILTER (pillar = 'ux') AS ux_high,
        max(customer_count) FILTER (pillar = 'brand') AS brand_customer_count,
        max(conversation_count) FILTER (pillar = 'brand') AS brand_count,
        max(mean) FILTER (pillar = 'brand') AS brand, max(low) FILTER (pillar = 'brand') AS brand_low,
        max(high) FILTER (pillar = 'brand') AS brand_high,
        count(place) > 1 AS has_weakest,
        min(customer_count) FILTER (place IS NOT NULL) AS least_customer_count,
        max(pillar) FILTER (place = 1) AS weakest,
        max(high) FILTER (place = 1) < min(low) FILTER (place > 1) AS is_weakest_clear
    FROM pillars
    GROUP BY segment_kind, segment
),
shares AS (
    SELECT segment_kind, segment, avg((feeling_source = 'context')::INTEGER) AS in_context_share
    FROM turns
    GROUP BY segment_kind, segment
)
SELECT segment_kind, segment, customer_count, agent_count, conversation_count,
    coalesce(cx_customer_count, 0) AS cx_customer_count, coalesce(cx_count, 0) AS cx_count, cx, cx_low, cx_high,
    coalesce(cx_count, 0) / conversation_count AS cx_coverage,
    coalesce(ux_customer_count, 0) AS ux_customer_count, coalesce(ux_count, 0) AS ux_count, ux, ux_low, ux_high,
    coalesce(ux_count, 0) / conversation_count AS ux_coverage,
    coalesce(brand_customer_count, 0) AS brand_customer_count, coalesce(brand_count, 0) AS brand_count, brand, brand_low,
    brand_high, coalesce(brand_count, 0) / conversation_count AS brand_coverage,
    CASE WHEN has_weakest THEN least_customer_count ELSE 0 END AS least_customer_count,
    CASE WHEN has_weakest THEN weakest END AS weakest,
    CASE WHEN has_weakest THEN is_weakest_clear END AS is_weakest_clear,
    in_context_share
FROM sizes
LEFT JOIN told USING (segment_kind, segment)
LEFT JOIN shares USING (segment_kind, segment)
ORDER BY segment_kind DESC, segment;
