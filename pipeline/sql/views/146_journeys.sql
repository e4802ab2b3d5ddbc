-- A customer's contacts in all channels, in order, joined while no more than so many days lie between the end of one and
-- the start of the next. FROM journeys: 14 days; FROM journeys(days := 30): another window.
-- An answer to a survey stands in the journey of the contact that it is about, else in the one that it followed within
-- the window. The company asked for it, so it is no contact: it begins no journey, makes none longer and has no number.
-- The same holds of what a device of the customer reported: it stands in the nearest journey within the window, also before
-- its first contact, to which it may have led, and it has no feeling.

CREATE OR REPLACE MACRO journeys(days := 14) AS TABLE
WITH following AS (
    SELECT *, max(ended_at) OVER earlier AS open_until
    FROM contacts
    WHERE customer_key IS NOT NULL AND started_at IS NOT NULL
    WINDOW earlier AS (
        PARTITION BY customer_key ORDER BY started_at, conversation_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    )
),
joined AS (
    SELECT * EXCLUDE (open_until),
        last_value(CASE WHEN started_at <= open_until + to_days(days) THEN NULL ELSE conversation_id END IGNORE NULLS)
            OVER (PARTITION BY customer_key ORDER BY started_at, conversation_id) AS journey_id
    FROM following
),
spans AS (
    SELECT journey_id, any_value(customer_key) AS customer_key, min(started_at) AS opened_at, max(ended_at) AS closed_at
    FROM joined
    GROUP BY journey_id
),
answered AS (
    SELECT response_id, conversation_id, 'survey' AS channel, responded_at AS started_at, responded_date AS started_date,
        responded_at AS ended_at, coalesce(about.touchpoints, []) AS touchpoints, sentiment_score AS first_sentiment,
        sentiment_score AS last_sentiment, sentiment_score AS mean_sentiment,
        told.complaint_probability AS complaint_probability, told.churn_probability AS churn_probability,
        nps_rating, ces_rating, csat_rating,
        coalesce(about.journey_id, spans.journey_id) AS journey_id,
        coalesce(about.customer_key, spans.customer_key) AS customer_key
    FROM survey_responses AS answers
    LEFT JOIN verbatim_scores AS told USING (response_id)
    LEFT JOIN joined AS about USING (conversation_id)
    LEFT JOIN spans
        ON spans.customer_key = answers.customer_key AND responded_at BETWEEN opened_at AND closed_at + to_days(days)
    WHERE coalesce(about.journey_id, spans.journey_id) IS NOT NULL
),
reported AS (
    SELECT event_key, device_code, 'device' AS channel, occurred_at AS started_at, occurred_date AS started_date,
        occurred_at AS ended_at, CASE WHEN touchpoint IS NULL THEN [] ELSE [touchpoint] END AS touchpoints,
        spans.journey_id, spans.customer_key
    FROM device_moments
    JOIN spans
        ON spans.customer_key = device_moments.customer_key
        AND occurred_at BETWEEN opened_at - to_days(days) AND closed_at + to_days(days)
    QUALIFY row_number() OVER (
        PARTITION BY event_key
        ORDER BY greatest(date_diff('second', occurred_at, opened_at), date_diff('second', closed_at, occurred_at), 0),
            opened_at
    ) = 1
),
events AS (
    SELECT NULL AS response_id, true AS is_contact, * EXCLUDE (lowest_sentiment) FROM joined
    UNION ALL BY NAME
    SELECT false AS is_contact, * FROM answered
    UNION ALL BY NAME
    SELECT false AS is_contact, * FROM reported
),
seen AS (
    SELECT *,
        count(*) FILTER (is_contact) OVER so_far AS contact_count,
        max(ended_at) FILTER (is_contact) OVER earlier AS open_until,
        last_value(CASE WHEN is_contact THEN {'sentiment': last_sentiment} END IGNORE NULLS) OVER earlier AS before,
        flatten(list(touchpoints) FILTER (is_contact) OVER earlier) AS earlier_touchpoints,
        bool_or(goal = 'yes') OVER onwards AS is_reached_yet,
        count(*) FILTER (is_contact) OVER onwards AS further_count
    FROM events
    WINDOW so_far AS (
        PARTITION BY journey_id ORDER BY started_at, is_contact DESC, conversation_id, response_id, event_key
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    ),
    earlier AS (
        PARTITION BY journey_id ORDER BY started_at, is_contact DESC, conversation_id, response_id, event_key
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
    ),
    onwards AS (
        PARTITION BY journey_id ORDER BY started_at, is_contact DESC, conversation_id, response_id, event_key
        ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING
    )
)
SELECT journey_id, customer_key,
    CASE WHEN is_contact THEN contact_count END AS contact_number,
    channel, conversation_id, response_id, event_key, device_code, started_at, started_date, ended_at,
    CASE WHEN open_until IS NOT NULL THEN greatest(date_diff('second', open_until, started_at), 0) / 3600 END
        AS wait_hours,
    touchpoints,
    coalesce(list_has_any(touchpoints, earlier_touchpoints), false) AND is_contact AS is_same_touchpoint,
    before.sentiment AS previous_last_sentiment, first_sentiment, last_sentiment, mean_sentiment, goal,
    complaint_probability, churn_probability,
    complaint_probability >= 0.5 AND NOT coalesce(is_reached_yet, CASE WHEN further_count = 0 THEN false END)
        AS is_open_complaint,
    nps_rating, ces_rating, csat_rating
FROM seen;

CREATE OR REPLACE VIEW journeys AS
FROM journeys(days := 14);
COMMENT ON VIEW journeys IS 'The contacts of each customer in all channels, in order, and the survey answers and device events among them: a journey goes on while no more than 14 days lie between two contacts; journeys(days := 30) asks for another window. Without conversations whose source names no customer or no time.';
COMMENT ON COLUMN journeys.journey_id IS 'The journey: the conversation_id of its first contact.';
COMMENT ON COLUMN journeys.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN journeys.contact_number IS 'Which contact of the journey it is, from 1; NULL for a survey answer and a device event.';
COMMENT ON COLUMN journeys.channel IS 'Channel of the contact; survey for an answer, device for what a device reported.';
COMMENT ON COLUMN journeys.conversation_id IS 'The conversation; of an answer the one that it is about, where known.';
COMMENT ON COLUMN journeys.response_id IS 'The survey answer; NULL for a contact and a device event.';
COMMENT ON COLUMN journeys.event_key IS 'The device event (device_moments); NULL for all else. Nobody feels anything in it: its sentiments are NULL.';
COMMENT ON COLUMN journeys.device_code IS 'What the device calls it; NULL for all else.';
COMMENT ON COLUMN journeys.started_at IS 'When it began, UTC; when the answer was given.';
COMMENT ON COLUMN journeys.started_date IS 'The day of that in the configured zone.';
COMMENT ON COLUMN journeys.ended_at IS 'When its last turn was said, UTC.';
COMMENT ON COLUMN journeys.wait_hours IS 'Hours since all earlier contacts of the journey had ended; 0 while one still went on. NULL for the first.';
COMMENT ON COLUMN journeys.touchpoints IS 'Its touchpoints in order; of an answer those of the conversation that it is about, of a device event that of its code.';
COMMENT ON COLUMN journeys.is_same_touchpoint IS 'Whether one of them was come to in an earlier contact of the journey; false for an answer and a device event.';
COMMENT ON COLUMN journeys.previous_last_sentiment IS 'Sentiment at the end of the contact before, from -1 to 1; NULL for the first, and where none was scored.';
COMMENT ON COLUMN journeys.first_sentiment IS 'Sentiment at the start of this one; of an answer that of its open words.';
COMMENT ON COLUMN journeys.last_sentiment IS 'Sentiment at its end; of an answer that of its open words.';
COMMENT ON COLUMN journeys.mean_sentiment IS 'Mean sentiment of it; of an answer that of its open words.';
COMMENT ON COLUMN journeys.goal IS 'Whether the customer reached what they came for: yes, no, unclear. NULL: not read.';
COMMENT ON COLUMN journeys.complaint_probability IS 'Probability that the customer complains in it. NULL: not told.';
COMMENT ON COLUMN journeys.churn_probability IS 'Probability that the customer leaves, cancels or threatens to in it. NULL: not told.';
COMMENT ON COLUMN journeys.is_open_complaint IS 'Whether the customer complains in it, and neither it nor a later contact of the journey reached the goal. NULL: not told, or no goal was read since.';
COMMENT ON COLUMN journeys.nps_rating IS 'How likely to recommend, 0-10; NULL for a contact.';
COMMENT ON COLUMN journeys.ces_rating IS 'Customer effort score, 1-7, 7 = very easy; NULL for a contact.';
COMMENT ON COLUMN journeys.csat_rating IS 'Satisfaction, 1-5; NULL for a contact.';
