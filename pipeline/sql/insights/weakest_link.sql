-- description: Does the weakest of the pillars CX, UX and brand pull the others down: does it tell the NPS better than their mean?
-- grain: model (none: no pillar at all; mean: the mean of the pillars told of; weakest: the lowest of them); conversations with an NPS answer that tell of two pillars or three
-- unit: standardised_error: squared error of the NPS rating on customers that were left out, 1 = as far off as the mean of all; behind_best: how much more of it than the best model, with its standard error; is_preferred: the first within one of those; ahead_of_mean: how much less of it than the model mean, with its 95 % interval; slope: points of the rating (0-10) per 1 of the feeling, with its 95 % interval; pillars are strong feelings only (see pillars). It goes together, which is no proof of cause
-- people: customer_count by model
-- option: seed, the whole number that the choice of folds starts from (1)
WITH pillars AS (
    SELECT conversation_id, pillar, avg(feeling) AS feeling, bool_and(feeling_source = 'context') AS is_in_context
    FROM pillar_feelings
    GROUP BY conversation_id, pillar
),
told AS (
    SELECT conversation_id, avg(feeling) AS mean, min(feeling) AS weakest, bool_and(is_in_context) AS is_in_context
    FROM pillars
    GROUP BY conversation_id
    HAVING count(*) > 1
),
answered AS (
    SELECT conversation_id, avg(nps_rating) AS nps, min(customer_key) AS answering_key
    FROM survey_responses
    WHERE nps_rating IS NOT NULL
    GROUP BY conversation_id
)
SELECT nps, mean, weakest, is_in_context,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY coalesce(customer_key, answering_key, conversation_id)) AS customer
FROM told
JOIN answered USING (conversation_id)
JOIN conversations USING (conversation_id)
ORDER BY conversation_id;
