-- description: How often do customers tell of good and bad surprises at each touchpoint, month by month, and where has a good surprise become what they expect (tottumus)?
-- grain: touchpoint and month
-- unit: rates 0…1 of the conversations there with a turn that is surprised, and positive or negative; surprise_rate with Wilson's 95 % interval; change: against all earlier months there, its interval by Newcombe; feeling_change -2…2; in_context_share 0…1 of the conversations whose turns were read in context (a change of it may look like one of feelings); tottumus: good surprises have become rarer (the interval lies below 0) while the mean feeling is flat (its 95 % interval lies within ±0.2); NULL in the first month
-- people: customer_count by touchpoint, month; surprised_customer_count for surprised_count, surprise_rate, surprise_low, surprise_high, change, change_low, change_high, tottumus; shocked_customer_count for shocked_count, shock_rate
WITH talks AS (
    SELECT touchpoint, strftime(started_date, '%Y-%m') AS month,
        any_value(coalesce(customer_key, conversation_id)) AS customer,
        coalesce(bool_or(is_surprise AND sentiment = 'positive'), false) AS is_surprised,
        coalesce(bool_or(is_surprise AND sentiment = 'negative'), false) AS is_shocked,
        avg(feeling) AS feeling,
        any_value(feeling_source) AS feeling_source
    FROM customer_feelings
    JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    WHERE started_date IS NOT NULL AND counts
    GROUP BY touchpoint, month, conversation_id
),
months AS (
    SELECT touchpoint, month,
        count(DISTINCT customer) AS customer_count,
        count(*) AS conversation_count,
        count(DISTINCT customer) FILTER (is_surprised) AS surprised_customer_count,
        count(*) FILTER (is_surprised) AS surprised_count,
        count(DISTINCT customer) FILTER (is_shocked) AS shocked_customer_count,
        count(*) FILTER (is_shocked) AS shocked_count,
        avg(feeling) AS mean_feeling,
        avg((feeling_source = 'context')::INTEGER) AS in_context_share,
        var_samp(feeling) / count(*) AS error,
        sum(count(*)) OVER before AS earlier_count,
        sum(count(*) FILTER (is_surprised)) OVER before AS earlier_surprised_count,
        sum(sum(feeling)) OVER before AS earlier_feeling,
        sum(sum(feeling ** 2)) OVER before AS earlier_square
    FROM talks
    GROUP BY touchpoint, month
    WINDOW before AS (PARTITION BY touchpoint ORDER BY month ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
changes AS (
    SELECT *,
        mean_feeling - earlier_feeling / earlier_count AS feeling_change,
        1.959964 * sqrt(error + greatest(0, earlier_square - earlier_feeling ** 2 / earlier_count)
            / nullif(earlier_count - 1, 0) / earlier_count) AS feeling_margin,
        share_difference_low(surprised_count, conversation_count, earlier_surprised_count, earlier_count) AS change_low,
        share_difference_high(surprised_count, conversation_count, earlier_surprised_count, earlier_count) AS change_high
    FROM months
)
SELECT touchpoint, month, customer_count, conversation_count, mean_feeling, in_context_share,
    surprised_customer_count, surprised_count,
    surprised_count / conversation_count AS surprise_rate,
    wilson_low(surprised_count, conversation_count) AS surprise_low,
    wilson_high(surprised_count, conversation_count) AS surprise_high,
    shocked_customer_count, shocked_count,
    shocked_count / conversation_count AS shock_rate,
    surprised_count / conversation_count - earlier_surprised_count / earlier_count AS change,
    change_low, change_high, feeling_change,
    CASE WHEN earlier_count > 0
        THEN change_high < 0 AND coalesce(abs(feeling_change) + feeling_margin < 0.2, false) END
        AS tottumus
FROM changes
ORDER BY touchpoint, month;
