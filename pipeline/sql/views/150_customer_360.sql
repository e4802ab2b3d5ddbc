CREATE OR REPLACE VIEW customer_360 AS
WITH answers AS (
    SELECT coalesce(met.customer_key, answers.customer_key) AS customer_key, answers.*, told.churn_probability
    FROM survey_responses AS answers
    LEFT JOIN verbatim_scores AS told USING (response_id)
    LEFT JOIN conversations AS met ON met.conversation_id = answers.conversation_id
    WHERE coalesce(met.customer_key, answers.customer_key) IS NOT NULL
),
met AS (
    SELECT customer_key,
        count(*) AS contact_count,
        histogram(channel) AS contacts_by_channel,
        min(started_date) AS first_contact_date,
        max(started_date) AS last_contact_date,
        avg(mean_sentiment) AS mean_sentiment,
        arg_max(last_sentiment, (started_at, conversation_id)) AS last_sentiment,
        list({'started_at': started_at, 'channel': channel, 'first_sentiment': first_sentiment,
            'last_sentiment': last_sentiment} ORDER BY started_at, conversation_id)
            FILTER (first_sentiment IS NOT NULL) AS arcs,
        count(*) FILTER (goal = 'yes') AS goal_yes_count,
        count(*) FILTER (goal = 'no') AS goal_no_count,
        count(*) FILTER (goal = 'unclear') AS goal_unclear_count,
        count(*) FILTER (complaint_probability >= 0.5) AS complaint_count
    FROM contacts
    WHERE customer_key IS NOT NULL
    GROUP BY customer_key
),
places AS (
    SELECT customer_key, histogram(touchpoint) AS contacts_by_touchpoint
    FROM (SELECT customer_key, unnest(touchpoints) AS touchpoint FROM contacts WHERE customer_key IS NOT NULL)
    GROUP BY customer_key
),
travelled AS (
    SELECT customer_key,
        count(DISTINCT journey_id) AS journey_count,
        count(*) FILTER (is_same_touchpoint) AS repeat_contact_count,
        count(*) FILTER (is_open_complaint) AS open_complaint_count
    FROM journeys
    GROUP BY customer_key
),
answered AS (
    SELECT customer_key,
        count(*) AS answer_count,
        max(responded_date) AS last_answer_date,
        arg_max(nps_rating, (responded_at, response_id)) AS last_nps_rating,
        arg_max(ces_rating, (responded_at, response_id)) AS last_ces_rating,
        arg_max(csat_rating, (responded_at, response_id)) AS last_csat_rating
    FROM answers
    GROUP BY customer_key
),
reported AS (
    SELECT customer_key, count(*) AS device_event_count, max(occurred_date) AS last_device_event_date
    FROM device_moments
    WHERE customer_key IS NOT NULL
    GROUP BY customer_key
),
threats AS (
    SELECT customer_key, started_at AS told_at, churn_probability FROM contacts
    UNION ALL
    SELECT customer_key, responded_at, churn_probability FROM answers
),
leaving AS (
    SELECT customer_key, max(churn_probability) AS churn_probability
    FROM (FROM threats QUALIFY told_at >= max(told_at) OVER (PARTITION BY customer_key) - INTERVAL 14 DAY)
    GROUP BY customer_key
),
latest AS (
    SELECT greatest(
        (SELECT max(started_date) FROM conversations), (SELECT max(responded_date) FROM survey_responses)
    ) AS date
)
SELECT customer_key,
    coalesce(contact_count, 0) AS contact_count,
    coalesce(contacts_by_channel, MAP {}) AS contacts_by_channel,
    coalesce(contacts_by_touchpoint, MAP {}) AS contacts_by_touchpoint,
    first_contact_date, last_contact_date,
    date_diff('day', last_contact_date, latest.date) AS days_since_contact,
    mean_sentiment, last_sentiment,
    coalesce(arcs, []) AS arcs,
    coalesce(goal_yes_count, 0) AS goal_yes_count,
    coalesce(goal_no_count, 0) AS goal_no_count,
    coalesce(goal_unclear_count, 0) AS goal_unclear_count,
    coalesce(answer_count, 0) AS answer_count,
    last_answer_date, last_nps_rating, last_ces_rating, last_csat_rating,
    coalesce(device_event_count, 0) AS device_event_count, last_device_event_date,
    coalesce(journey_count, 0) AS journey_count,
    coalesce(repeat_contact_count, 0) AS repeat_contact_count,
    coalesce(complaint_count, 0) AS complaint_count,
    coalesce(open_complaint_count, 0) AS open_complaint_count,
    churn_probability
FROM met
FULL JOIN answered USING (customer_key)
FULL JOIN reported USING (customer_key)
LEFT JOIN places USING (customer_key)
LEFT JOIN travelled USING (customer_key)
LEFT JOIN leaving USING (customer_key)
CROSS JOIN latest;
COMMENT ON VIEW customer_360 IS 'All that is known of one customer in a row, without words and without ids of other systems. It tells of single persons: for drilling down, never for judging them, and it never leaves the house.';
COMMENT ON COLUMN customer_360.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN customer_360.contact_count IS 'Conversations (n), also those without a time.';
COMMENT ON COLUMN customer_360.contacts_by_channel IS 'Channel: conversations in it.';
COMMENT ON COLUMN customer_360.contacts_by_touchpoint IS 'Touchpoint: conversations that came to it; without unknown.';
COMMENT ON COLUMN customer_360.first_contact_date IS 'Day of the first conversation in the configured zone.';
COMMENT ON COLUMN customer_360.last_contact_date IS 'Day of the last one.';
COMMENT ON COLUMN customer_360.days_since_contact IS 'Days from that to the latest day of any conversation or answer of anybody, so that the same data says the same on any day.';
COMMENT ON COLUMN customer_360.mean_sentiment IS 'Mean over conversations of their mean sentiment, from -1 to 1.';
COMMENT ON COLUMN customer_360.last_sentiment IS 'Sentiment at the end of the last conversation that was scored.';
COMMENT ON COLUMN customer_360.arcs IS 'Conversations in order: time, channel, sentiment at the start and at the end.';
COMMENT ON COLUMN customer_360.goal_yes_count IS 'Conversations in which the goal was reached.';
COMMENT ON COLUMN customer_360.goal_no_count IS 'Conversations in which it was not.';
COMMENT ON COLUMN customer_360.goal_unclear_count IS 'Conversations that leave it open; those that were not read are in none of the three.';
COMMENT ON COLUMN customer_360.answer_count IS 'Survey answers.';
COMMENT ON COLUMN customer_360.last_answer_date IS 'Day of the latest answer in the configured zone.';
COMMENT ON COLUMN customer_360.last_nps_rating IS 'The latest NPS rating, 0-10.';
COMMENT ON COLUMN customer_360.last_ces_rating IS 'The latest customer effort score, 1-7, 7 = very easy.';
COMMENT ON COLUMN customer_360.last_csat_rating IS 'The latest satisfaction, 1-5.';
COMMENT ON COLUMN customer_360.device_event_count IS 'What devices of theirs reported (device_moments): no contacts, and without a feeling.';
COMMENT ON COLUMN customer_360.last_device_event_date IS 'Day of the last of these in the configured zone.';
COMMENT ON COLUMN customer_360.journey_count IS 'Journeys (journeys: 14 days).';
COMMENT ON COLUMN customer_360.repeat_contact_count IS 'Contacts that came back to a touchpoint of an earlier one of their journey.';
COMMENT ON COLUMN customer_360.complaint_count IS 'Conversations in which the customer complained.';
COMMENT ON COLUMN customer_360.open_complaint_count IS 'Complaints, in answers too, after which no goal was reached in their journey (journeys.is_open_complaint).';
COMMENT ON COLUMN customer_360.churn_probability IS 'The highest probability that the customer leaves or threatens to in what they said in the 14 days up to their latest conversation or answer. NULL: not told.';
