-- description: After which codes of their devices do customers contact us within 7 days, more than before, and how do they feel then?
-- grain: device_code, of events with a customer whose 7 days before and after lie within the days of all contacts
-- unit: contact_share and before_share 0…1 of the customers with the code: any contact in the 7 days after (95 % interval of Wilson), and in the 7 days before an event; median_hours from an event to the contact; first_sentiment -1…1 at the start of the first contact that followed, mean over customers with its 95 % interval (Student's t)
-- people: none (a code may be that of one customer's device)
-- Before stands beside after, since who contacts us often does so after anything; neither says that the code was the reason.
WITH told AS (
    SELECT *
    FROM contacts
    WHERE customer_key IS NOT NULL AND started_at IS NOT NULL
),
events AS (
    SELECT event_key, customer_key, device_code, occurred_at
    FROM device_moments
    WHERE customer_key IS NOT NULL
        AND occurred_at BETWEEN (SELECT min(started_at) FROM told) + INTERVAL 7 DAY
            AND (SELECT max(started_at) FROM told) - INTERVAL 7 DAY
),
followed AS (
    SELECT events.*, date_diff('second', occurred_at, after.started_at) / 3600 AS hours, after.first_sentiment,
        coalesce(after.started_at <= occurred_at + INTERVAL 7 DAY, false) AS is_followed,
        coalesce(before.started_at >= occurred_at - INTERVAL 7 DAY, false) AS is_preceded
    FROM events
    ASOF LEFT JOIN told AS after ON after.customer_key = events.customer_key AND after.started_at >= events.occurred_at
    ASOF LEFT JOIN told AS before ON before.customer_key = events.customer_key AND before.started_at < events.occurred_at
),
customers AS (
    SELECT device_code, customer_key,
        count(*) AS event_count,
        bool_or(is_followed) AS is_followed,
        bool_or(is_preceded) AS is_preceded,
        median(hours) FILTER (is_followed) AS hours,
        arg_min(first_sentiment, (occurred_at, event_key)) FILTER (is_followed) AS first_sentiment
    FROM followed
    GROUP BY device_code, customer_key
)
SELECT device_code,
    count(*) AS signalled_customer_count,
    sum(event_count)::BIGINT AS event_count,
    count(*) FILTER (is_followed) AS contacting_customer_count,
    avg(is_followed::INTEGER) AS contact_share,
    wilson_low(count(*) FILTER (is_followed), count(*)) AS contact_low,
    wilson_high(count(*) FILTER (is_followed), count(*)) AS contact_high,
    avg(is_preceded::INTEGER) AS before_share,
    median(hours) AS median_hours,
    count(first_sentiment) AS felt_customer_count,
    avg(first_sentiment) AS first_sentiment,
    mean_low(first_sentiment, -1) AS sentiment_low,
    mean_high(first_sentiment, 1) AS sentiment_high
FROM customers
GROUP BY device_code
ORDER BY contact_share DESC, device_code;
