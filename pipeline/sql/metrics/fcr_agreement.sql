-- description: Do the survey, the customers' behaviour and their words agree on what was settled at the first contact?
-- grain: pair of sources
-- unit: conversations of which both tell (both_count); agreement 0…1; expected_agreement 0…1 by chance, from how often each says yes; kappa (Cohen 1960) = (agreement - expected) / (1 - expected), NULL where chance alone would always agree
-- people: customer_count by source, other_source
WITH pairs AS (
    SELECT one.source, other.source AS other_source, one.value AS says, other.value AS other_says,
        coalesce(customer_key, conversation_id) AS customer
    FROM fcr_evidence AS one
    JOIN fcr_evidence AS other USING (conversation_id)
    JOIN conversations USING (conversation_id)
    WHERE (one.source, other.source) IN (('survey', 'behaviour'), ('survey', 'text'), ('behaviour', 'text'))
        AND one.value IS NOT NULL AND other.value IS NOT NULL
),
counts AS (
    SELECT source, other_source,
        count(DISTINCT customer) AS customer_count,
        count(*) AS both_count,
        count(*) FILTER (says AND other_says) AS both_yes_count,
        count(*) FILTER (NOT says AND NOT other_says) AS both_no_count,
        (both_yes_count + both_no_count) / both_count AS agreement,
        (count(*) FILTER (says) * count(*) FILTER (other_says)
            + count(*) FILTER (NOT says) * count(*) FILTER (NOT other_says)) / both_count ** 2 AS expected_agreement
    FROM pairs
    GROUP BY source, other_source
)
SELECT *, (agreement - expected_agreement) / nullif(1 - expected_agreement, 0) AS kappa
FROM counts
ORDER BY list_position(['survey', 'behaviour'], source), other_source;
