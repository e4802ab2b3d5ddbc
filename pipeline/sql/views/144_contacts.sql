-- What a device reports is no contact: nobody turned to anybody. As contacts they would join what days part, cut waits in two
-- and stand as the feeling before the next contact. They stand beside: in journeys, customer_360 and device_moments.
CREATE OR REPLACE VIEW contacts AS
WITH felt AS (
    SELECT conversation_id,
        arg_min(feeling, utterance_index) AS first_sentiment,
        arg_max(feeling, utterance_index) AS last_sentiment,
        min(feeling) AS lowest_sentiment,
        avg(feeling) AS mean_sentiment
    FROM customer_feelings
    GROUP BY conversation_id
),
parts AS (
    SELECT *, likeliest_goal(goal_yes_probability, goal_no_probability, goal_unclear_probability) AS goal
    FROM part_readings
),
wholes AS (
    SELECT conversation_id,
        goal_of_parts(goal, first_utterance_index) AS goal,
        max(complaint_probability) AS complaint_probability,
        max(churn_probability) AS churn_probability
    FROM parts
    GROUP BY conversation_id
),
turns AS (
    SELECT conversation_id,
        max(complaint_probability) FILTER (speaker_role = 'customer') AS complaint_probability,
        max(churn_probability) FILTER (speaker_role = 'customer') AS churn_probability,
        max(coalesce(end_seconds, seconds)) AS seconds
    FROM utterances
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
    GROUP BY conversation_id
),
placed AS (
    SELECT conversation_id, list(touchpoint ORDER BY first_utterance_index) FILTER (touchpoint <> 'unknown') AS path
    FROM conversation_touchpoints
    GROUP BY conversation_id
)
SELECT conversation_id, customer_key, channel, started_at, started_date,
    started_at + to_microseconds((greatest(coalesce(seconds, 0), 0) * 1e6)::BIGINT) AS ended_at,
    coalesce([touchpoint FOR touchpoint, place IN path IF list_position(path, touchpoint) = place], []) AS touchpoints,
    first_sentiment, last_sentiment, lowest_sentiment, mean_sentiment, goal,
    coalesce(wholes.complaint_probability, turns.complaint_probability) AS complaint_probability,
    coalesce(wholes.churn_probability, turns.churn_probability) AS churn_probability
FROM conversations
LEFT JOIN felt USING (conversation_id)
LEFT JOIN wholes USING (conversation_id)
LEFT JOIN turns USING (conversation_id)
LEFT JOIN placed USING (conversation_id);
COMMENT ON VIEW contacts IS 'A row per conversation: when, where on the path, what the customer felt from the first words to the last, and what came of it.';
COMMENT ON COLUMN contacts.conversation_id IS 'The conversation.';
COMMENT ON COLUMN contacts.customer_key IS 'Keyed hash of the customer; NULL where the source names none.';
COMMENT ON COLUMN contacts.channel IS 'Its channel.';
COMMENT ON COLUMN contacts.started_at IS 'When it began, UTC; NULL where the source has no clock.';
COMMENT ON COLUMN contacts.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN contacts.ended_at IS 'When its last turn was said, UTC; the start where turns have no times.';
COMMENT ON COLUMN contacts.touchpoints IS 'Its touchpoints, each once, in the order in which they are come to; without unknown.';
COMMENT ON COLUMN contacts.first_sentiment IS 'Sentiment of the customer''s first turn, from -1 to 1 (customer_feelings); NULL where none was scored.';
COMMENT ON COLUMN contacts.last_sentiment IS 'That of the last turn.';
COMMENT ON COLUMN contacts.lowest_sentiment IS 'The lowest of all turns.';
COMMENT ON COLUMN contacts.mean_sentiment IS 'The mean of all turns.';
COMMENT ON COLUMN contacts.goal IS 'Did the customer reach what they came for: yes, no or unclear, the most probable; of several parts the last that is not unclear. NULL: not read.';
COMMENT ON COLUMN contacts.complaint_probability IS 'Probability that the customer complains: of the conversation as a whole or, where it has not been read as a whole, the highest of the turns. NULL: not told.';
COMMENT ON COLUMN contacts.churn_probability IS 'Probability that the customer leaves, cancels or threatens to, in the same way.';
