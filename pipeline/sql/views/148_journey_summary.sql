CREATE OR REPLACE MACRO journey_summary(days := 14) AS TABLE
WITH sums AS (
    SELECT journey_id,
        any_value(customer_key) AS customer_key,
        count(contact_number) AS contact_count,
        count(response_id) AS answer_count,
        count(event_key) AS device_event_count,
        list(channel ORDER BY contact_number) FILTER (contact_number IS NOT NULL) AS all_channels,
        flatten(list(touchpoints ORDER BY contact_number) FILTER (contact_number IS NOT NULL)) AS path,
        min(started_at) FILTER (contact_number IS NOT NULL) AS started_at,
        min(started_date) FILTER (contact_number IS NOT NULL) AS started_date,
        max(ended_at) FILTER (contact_number IS NOT NULL) AS ended_at,
        arg_min(first_sentiment, contact_number) AS first_sentiment,
        arg_max(last_sentiment, contact_number) AS last_sentiment,
        arg_max(goal, contact_number) AS goal,
        count(*) FILTER (is_same_touchpoint) AS repeat_contact_count,
        count(*) FILTER (is_open_complaint) AS open_complaint_count,
        arg_max(nps_rating, started_at) AS last_nps_rating
    FROM journeys(days := days)
    GROUP BY journey_id
)
SELECT journey_id, customer_key, contact_count, answer_count, device_event_count,
    [channel FOR channel, place IN all_channels IF list_position(all_channels, channel) = place] AS channels,
    [touchpoint FOR touchpoint, place IN path IF place = 1 OR touchpoint <> path[place - 1]] AS touchpoints,
    started_at, started_date, ended_at,
    date_diff('second', started_at, ended_at) / 86400 AS days,
    first_sentiment, last_sentiment, last_sentiment - first_sentiment AS sentiment_change, goal, repeat_contact_count,
    open_complaint_count, last_nps_rating
FROM sums;

CREATE OR REPLACE VIEW journey_summary AS
FROM journey_summary(days := 14);
COMMENT ON VIEW journey_summary IS 'A row per journey (journeys): what a customer went through from the first contact to the last; journey_summary(days := 30) asks for another window than 14 days.';
COMMENT ON COLUMN journey_summary.journey_id IS 'The journey: the conversation_id of its first contact.';
COMMENT ON COLUMN journey_summary.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN journey_summary.contact_count IS 'Contacts (n), without survey answers and device events.';
COMMENT ON COLUMN journey_summary.answer_count IS 'Survey answers in it.';
COMMENT ON COLUMN journey_summary.device_event_count IS 'What devices of the customer reported in it, or in the 14 days before and after.';
COMMENT ON COLUMN journey_summary.channels IS 'Channels of the contacts, each once, in the order in which they were taken.';
COMMENT ON COLUMN journey_summary.touchpoints IS 'Touchpoints of the contacts in order; one that is come back to stands there again.';
COMMENT ON COLUMN journey_summary.started_at IS 'When the first contact began, UTC.';
COMMENT ON COLUMN journey_summary.started_date IS 'The day of that in the configured zone.';
COMMENT ON COLUMN journey_summary.ended_at IS 'When the last contact ended, UTC.';
COMMENT ON COLUMN journey_summary.days IS 'Days from the start of the first contact to the end of the last.';
COMMENT ON COLUMN journey_summary.first_sentiment IS 'Sentiment at the start of the first contact that was scored, from -1 to 1.';
COMMENT ON COLUMN journey_summary.last_sentiment IS 'Sentiment at the end of the last contact that was scored.';
COMMENT ON COLUMN journey_summary.sentiment_change IS 'The last less the first.';
COMMENT ON COLUMN journey_summary.goal IS 'Whether the goal was reached in the last contact that was read: yes, no, unclear. NULL: none was.';
COMMENT ON COLUMN journey_summary.repeat_contact_count IS 'Contacts that came back to a touchpoint of an earlier one.';
COMMENT ON COLUMN journey_summary.open_complaint_count IS 'Complaints after which no goal was reached (journeys.is_open_complaint).';
COMMENT ON COLUMN journey_summary.last_nps_rating IS 'The latest NPS rating in it, 0-10.';
