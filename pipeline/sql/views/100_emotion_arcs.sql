-- The arc of feeling (tunnekaari): how the customer's feeling runs through a conversation, a segment or a touchpoint.
--
-- Start and end: the first customer's turn of at least 4 words and the last of at least 3, else the first and last that count.
-- Slope: by least squares over the place of the turns in order, from 0 (first) to 1 (last), weighted by 1 / (0.48 + variance):
-- 0.48 is how people's labels scatter about such lines (834 conversations of data/gold/feelings_develop.jsonl with four turns
-- of the customer or more), so that no turn decides alone because it is sure.
-- Peak-end: the mean of the most extreme turn (the strongest feeling either way; of equals the negative, then the earlier) and
-- the end (Kahneman, Fredrickson, Schreiber & Redelmeier 1993, Psychological Science 4(6)).
-- Recovery: end minus the lowest turn from the first complaint on; none without a complaint, or where it comes after the end.
-- Standard errors are carried from the variances of the turns as if these were independent: they tell how unsure the reading
-- is. Which turn is the lowest, the highest, the extreme is taken as given, so that theirs are somewhat too small.

CREATE OR REPLACE MACRO arcs(scope) AS TABLE
WITH turns AS (
    SELECT *,
        {'place': utterance_index, 'feeling': feeling, 'variance': variance, 'sentiment': sentiment,
            'negative_probability': negative_probability} AS turn,
        1 / (0.48 + variance) AS weight,
        (row_number() OVER in_order - 1) / nullif(count(*) OVER stretch - 1, 0) AS x,
        coalesce(min(utterance_index) FILTER (word_count >= 4) OVER stretch, min(utterance_index) OVER stretch)
            AS start_index,
        coalesce(max(utterance_index) FILTER (word_count >= 3) OVER stretch, max(utterance_index) OVER stretch)
            AS end_index,
        min(utterance_index) FILTER (is_complaint) OVER stretch AS complaint_index
    FROM (
        SELECT * EXCLUDE (first_utterance_index, touchpoint),
            CASE WHEN scope = 'segment' THEN first_utterance_index END AS first_utterance_index,
            CASE WHEN scope = 'touchpoint' THEN touchpoint END AS touchpoint
        FROM customer_feelings
        LEFT JOIN utterance_touchpoints USING (conversation_id, utterance_index)
        WHERE counts AND (scope = 'conversation' OR first_utterance_index IS NOT NULL)
    )
    WINDOW stretch AS (PARTITION BY conversation_id, first_utterance_index, touchpoint),
        in_order AS (PARTITION BY conversation_id, first_utterance_index, touchpoint ORDER BY utterance_index)
),
sums AS (
    SELECT conversation_id, first_utterance_index, touchpoint,
        any_value(feeling_source) AS feeling_source,
        count(*) AS turn_count,
        count(word_count) = count(*) AS has_words,
        avg(feeling) AS mean_feeling,
        sqrt(sum(variance)) / count(*) AS mean_feeling_standard_error,
        any_value(turn) FILTER (utterance_index = start_index) AS start_turn,
        any_value(turn) FILTER (utterance_index = end_index) AS end_turn,
        arg_min(turn, (feeling, utterance_index)) AS lowest_turn,
        arg_max(turn, (feeling, -utterance_index)) AS highest_turn,
        arg_max(turn, (abs(feeling), -feeling, -utterance_index)) AS extreme_turn,
        arg_min(turn, (feeling, utterance_index)) FILTER (utterance_index BETWEEN complaint_index AND end_index)
            AS lowest_since,
        any_value(complaint_index) AS complaint_index,
        sum(weight * x) / sum(weight) AS mean_x,
        sum(weight * x * feeling) - sum(weight * x) * sum(weight * feeling) / sum(weight) AS co_moment,
        nullif(sum(weight * x ** 2) - sum(weight * x) ** 2 / sum(weight), 0) AS x_moment,
        sum(weight ** 2 * variance) AS error_0,
        sum(weight ** 2 * variance * x) AS error_1,
        sum(weight ** 2 * variance * x ** 2) AS error_2
    FROM turns
    GROUP BY conversation_id, first_utterance_index, touchpoint
)
SELECT conversation_id, first_utterance_index, touchpoint, feeling_source, turn_count, has_words,
    mean_feeling, mean_feeling_standard_error,
    start_turn.feeling AS start_feeling,
    sqrt(start_turn.variance) AS start_standard_error,
    start_turn.sentiment AS start_sentiment,
    start_turn.place AS start_index,
    lowest_turn.feeling AS lowest_feeling,
    sqrt(lowest_turn.variance) AS lowest_standard_error,
    lowest_turn.negative_probability AS lowest_negative_probability,
    lowest_turn.place AS lowest_index,
    highest_turn.feeling AS highest_feeling,
    sqrt(highest_turn.variance) AS highest_standard_error,
    highest_turn.place AS highest_index,
    end_turn.feeling AS end_feeling,
    sqrt(end_turn.variance) AS end_standard_error,
    end_turn.sentiment AS end_sentiment,
    end_turn.place AS end_index,
    co_moment / x_moment AS slope,
    sqrt(greatest(0, error_2 - 2 * mean_x * error_1 + mean_x ** 2 * error_0)) / x_moment AS slope_standard_error,
    extreme_turn.place AS extreme_index,
    (extreme_turn.feeling + end_turn.feeling) / 2 AS peak_end,
    CASE WHEN extreme_turn.place = end_turn.place THEN sqrt(end_turn.variance)
        ELSE sqrt(extreme_turn.variance + end_turn.variance) / 2 END AS peak_end_standard_error,
    complaint_index,
    end_turn.feeling - lowest_since.feeling AS recovery,
    CASE WHEN end_turn.place = lowest_since.place THEN 0 ELSE sqrt(end_turn.variance + lowest_since.variance) END
        AS recovery_standard_error
FROM sums;

CREATE OR REPLACE VIEW emotion_arcs AS
SELECT conversation_id, channel, started_date, customer_key, feeling_source,
    turn_count, has_words, mean_feeling, mean_feeling_standard_error, start_feeling, start_standard_error,
    start_sentiment, start_index, lowest_feeling, lowest_standard_error, lowest_negative_probability, lowest_index,
    highest_feeling, highest_standard_error, highest_index, end_feeling, end_standard_error, end_sentiment, end_index,
    slope, slope_standard_error, extreme_index, peak_end, peak_end_standard_error, complaint_index, recovery,
    recovery_standard_error
FROM arcs('conversation')
JOIN conversations USING (conversation_id);
COMMENT ON VIEW emotion_arcs IS 'The arc of the customer''s feeling through a conversation (tunnekaari): a row for each in which a turn of theirs counts.';
COMMENT ON COLUMN emotion_arcs.conversation_id IS 'The conversation.';
COMMENT ON COLUMN emotion_arcs.channel IS 'chat, call, email, in_person or social.';
COMMENT ON COLUMN emotion_arcs.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN emotion_arcs.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN emotion_arcs.feeling_source IS 'context or turn: what the feelings were read by, as in customer_feelings.';
COMMENT ON COLUMN emotion_arcs.turn_count IS 'Customer''s turns that count (n).';
COMMENT ON COLUMN emotion_arcs.has_words IS 'Whether the words of all of them are still stored; where they are not, start and end may be shorter turns.';
COMMENT ON COLUMN emotion_arcs.mean_feeling IS 'Mean of the turns that count, from -1 to 1.';
COMMENT ON COLUMN emotion_arcs.mean_feeling_standard_error IS 'Its standard error, carried from the probabilities of the turns (as all standard errors here).';
COMMENT ON COLUMN emotion_arcs.start_feeling IS 'Feeling at the start: the first turn that counts of at least 4 words, else the first that counts.';
COMMENT ON COLUMN emotion_arcs.start_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.start_sentiment IS 'Its most probable class: negative, neutral or positive.';
COMMENT ON COLUMN emotion_arcs.start_index IS 'The utterance.';
COMMENT ON COLUMN emotion_arcs.lowest_feeling IS 'Feeling of the lowest turn.';
COMMENT ON COLUMN emotion_arcs.lowest_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.lowest_negative_probability IS 'Probability that the customer minds in it.';
COMMENT ON COLUMN emotion_arcs.lowest_index IS 'The utterance; of equals the first.';
COMMENT ON COLUMN emotion_arcs.highest_feeling IS 'Feeling of the highest turn.';
COMMENT ON COLUMN emotion_arcs.highest_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.highest_index IS 'The utterance; of equals the first.';
COMMENT ON COLUMN emotion_arcs.end_feeling IS 'Feeling at the end: the last turn that counts of at least 3 words, else the last that counts.';
COMMENT ON COLUMN emotion_arcs.end_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.end_sentiment IS 'Its most probable class.';
COMMENT ON COLUMN emotion_arcs.end_index IS 'The utterance.';
COMMENT ON COLUMN emotion_arcs.slope IS 'Change of feeling from the first turn to the last along a straight line, from about -2 to 2. NULL for a single turn.';
COMMENT ON COLUMN emotion_arcs.slope_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.extreme_index IS 'The utterance with the strongest feeling either way; of equals the negative one, then the first.';
COMMENT ON COLUMN emotion_arcs.peak_end IS 'Mean of the feelings in that and at the end, from -1 to 1.';
COMMENT ON COLUMN emotion_arcs.peak_end_standard_error IS 'Its standard error.';
COMMENT ON COLUMN emotion_arcs.complaint_index IS 'The first utterance in which the customer complains. NULL: none, or not told.';
COMMENT ON COLUMN emotion_arcs.recovery IS 'Feeling at the end minus the lowest from the complaint to the end, 0 to 2. NULL without a complaint up to the end.';
COMMENT ON COLUMN emotion_arcs.recovery_standard_error IS 'Its standard error.';

CREATE OR REPLACE VIEW touchpoint_arcs AS
SELECT conversation_id, first_utterance_index, segments.stage, segments.touchpoint, feeling_source,
    turn_count, has_words, mean_feeling, mean_feeling_standard_error, start_feeling, start_standard_error,
    start_sentiment, start_index, lowest_feeling, lowest_standard_error, lowest_negative_probability, lowest_index,
    highest_feeling, highest_standard_error, highest_index, end_feeling, end_standard_error, end_sentiment, end_index,
    slope, slope_standard_error, extreme_index, peak_end, peak_end_standard_error, complaint_index, recovery,
    recovery_standard_error
FROM arcs('segment')
JOIN conversation_touchpoints AS segments USING (conversation_id, first_utterance_index);
COMMENT ON VIEW touchpoint_arcs IS 'The same within each segment of a conversation: a row for each in which a turn of the customer counts.';
COMMENT ON COLUMN touchpoint_arcs.conversation_id IS 'The conversation.';
COMMENT ON COLUMN touchpoint_arcs.first_utterance_index IS 'First utterance of the segment, as in conversation_touchpoints.';
COMMENT ON COLUMN touchpoint_arcs.stage IS 'Stage of the service path.';
COMMENT ON COLUMN touchpoint_arcs.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN touchpoint_arcs.feeling_source IS 'context or turn: what the feelings were read by, as in customer_feelings.';
COMMENT ON COLUMN touchpoint_arcs.turn_count IS 'Customer''s turns that count (n).';
COMMENT ON COLUMN touchpoint_arcs.has_words IS 'Whether the words of all of them are still stored; where they are not, start and end may be shorter turns.';
COMMENT ON COLUMN touchpoint_arcs.mean_feeling IS 'Mean of the turns that count, from -1 to 1.';
COMMENT ON COLUMN touchpoint_arcs.mean_feeling_standard_error IS 'Its standard error, carried from the probabilities of the turns (as all standard errors here).';
COMMENT ON COLUMN touchpoint_arcs.start_feeling IS 'Feeling at the start: the first turn that counts of at least 4 words, else the first that counts.';
COMMENT ON COLUMN touchpoint_arcs.start_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.start_sentiment IS 'Its most probable class: negative, neutral or positive.';
COMMENT ON COLUMN touchpoint_arcs.start_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_arcs.lowest_feeling IS 'Feeling of the lowest turn.';
COMMENT ON COLUMN touchpoint_arcs.lowest_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.lowest_negative_probability IS 'Probability that the customer minds in it.';
COMMENT ON COLUMN touchpoint_arcs.lowest_index IS 'The utterance; of equals the first.';
COMMENT ON COLUMN touchpoint_arcs.highest_feeling IS 'Feeling of the highest turn.';
COMMENT ON COLUMN touchpoint_arcs.highest_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.highest_index IS 'The utterance; of equals the first.';
COMMENT ON COLUMN touchpoint_arcs.end_feeling IS 'Feeling at the end: the last turn that counts of at least 3 words, else the last that counts.';
COMMENT ON COLUMN touchpoint_arcs.end_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.end_sentiment IS 'Its most probable class.';
COMMENT ON COLUMN touchpoint_arcs.end_index IS 'The utterance.';
COMMENT ON COLUMN touchpoint_arcs.slope IS 'Change of feeling from the first turn to the last along a straight line, from about -2 to 2. NULL for a single turn.';
COMMENT ON COLUMN touchpoint_arcs.slope_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.extreme_index IS 'The utterance with the strongest feeling either way; of equals the negative one, then the first.';
COMMENT ON COLUMN touchpoint_arcs.peak_end IS 'Mean of the feelings in that and at the end, from -1 to 1.';
COMMENT ON COLUMN touchpoint_arcs.peak_end_standard_error IS 'Its standard error.';
COMMENT ON COLUMN touchpoint_arcs.complaint_index IS 'The first utterance in which the customer complains. NULL: none, or not told.';
COMMENT ON COLUMN touchpoint_arcs.recovery IS 'Feeling at the end minus the lowest from the complaint to the end, 0 to 2. NULL without a complaint up to the end.';
COMMENT ON COLUMN touchpoint_arcs.recovery_standard_error IS 'Its standard error.';
