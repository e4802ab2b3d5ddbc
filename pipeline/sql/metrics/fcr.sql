-- description: How many matters are settled at the first contact at each touchpoint, by the survey, by who comes again within 7 days, and by what is said?
-- grain: touchpoint and source (survey, behaviour, text: see fcr_evidence)
-- unit: share 0…1 of the conversations of which the source tells (known_count), with Wilson's 95 % interval
-- people: customer_count by touchpoint, source; known_customer_count for known_count, settled_count, share, share_low, share_high
WITH counts AS (
    SELECT touchpoint, source,
        count(DISTINCT customer) AS customer_count,
        count(*) AS conversation_count,
        count(DISTINCT customer) FILTER (value IS NOT NULL) AS known_customer_count,
        count(value) AS known_count,
        count(*) FILTER (value) AS settled_count
    FROM fcr_evidence
    JOIN (
        SELECT DISTINCT conversation_id, touchpoint, coalesce(customer_key, conversation_id) AS customer
        FROM conversation_touchpoints
        JOIN conversations USING (conversation_id)
    ) USING (conversation_id)
    GROUP BY touchpoint, source
)
SELECT *,
    settled_count / nullif(known_count, 0) AS share,
    wilson_low(settled_count, known_count) AS share_low,
    wilson_high(settled_count, known_count) AS share_high
FROM counts
ORDER BY touchpoint, list_position(['survey', 'behaviour', 'text'], source);
