-- description: Has the need changed, or only its form: which words of customers' wishes are new month by month, which remain, and which fade?
-- grain: month and lemma (wish_words), where at least three customers wish for it in the month or before
-- unit: counts of customers; share 0…1 of those who wish in the month (wishing_customer_count), with Wilson's 95 % interval; change: against all earlier months, its interval by Newcombe; trend: new (nobody wished for it before, and the interval of the change lies above 0), growing, fading, or steady where the interval holds 0: nothing can be told; NULL in the first month. Two words for one need are two rows: whether they mean the same is for the reader to say
-- people: none (of two months the difference may be one customer's words)
WITH wishes AS (
    SELECT DISTINCT strftime(started_date, '%Y-%m') AS month, coalesce(customer_key, conversation_id) AS customer,
        conversation_id, utterance_index
    FROM customer_events
    JOIN conversations USING (conversation_id)
    WHERE event = 'wish' AND started_date IS NOT NULL
),
months AS (
    SELECT months.month,
        count(DISTINCT customer) FILTER (wishes.month = months.month) AS wishing_customer_count,
        count(DISTINCT customer) FILTER (wishes.month < months.month) AS earlier_wishing_count
    FROM (SELECT DISTINCT month FROM wishes) AS months
    JOIN wishes ON wishes.month <= months.month
    GROUP BY months.month
),
words AS (
    SELECT DISTINCT month, customer, lemma FROM wishes JOIN wish_words USING (conversation_id, utterance_index)
),
counts AS (
    SELECT months.month, lemma,
        any_value(wishing_customer_count) AS wishing_customer_count,
        any_value(earlier_wishing_count) AS earlier_wishing_count,
        count(DISTINCT customer) FILTER (words.month = months.month) AS customer_count,
        count(DISTINCT customer) FILTER (words.month < months.month) AS earlier_customer_count
    FROM months
    JOIN words ON words.month <= months.month
    GROUP BY months.month, lemma
    HAVING greatest(customer_count, earlier_customer_count) >= 3
),
changes AS (
    SELECT *,
        customer_count / wishing_customer_count AS share,
        customer_count / wishing_customer_count - earlier_customer_count / nullif(earlier_wishing_count, 0) AS change,
        share_difference_low(
            customer_count, wishing_customer_count, earlier_customer_count, nullif(earlier_wishing_count, 0)
        ) AS change_low,
        share_difference_high(
            customer_count, wishing_customer_count, earlier_customer_count, nullif(earlier_wishing_count, 0)
        ) AS change_high
    FROM counts
)
SELECT month, lemma, customer_count, wishing_customer_count, share,
    wilson_low(customer_count, wishing_customer_count) AS share_low,
    wilson_high(customer_count, wishing_customer_count) AS share_high,
    earlier_customer_count, change, change_low, change_high,
    CASE WHEN change_low > 0 AND earlier_customer_count = 0 THEN 'new'
        WHEN change_low > 0 THEN 'growing'
        WHEN change_high < 0 THEN 'fading'
        WHEN change IS NOT NULL THEN 'steady' END AS trend
FROM changes
ORDER BY month, customer_count DESC, lemma;
