CREATE OR REPLACE VIEW touchpoint_nps_by_day AS
WITH feelings AS (
    SELECT
        started_date AS date,
        touchpoint,
        count(DISTINCT conversation_id) AS conversation_count,
        sum(mean_sentiment * utterance_count) / sum(utterance_count) AS mean_sentiment,
        sum(negative_share * utterance_count) / sum(utterance_count) AS negative_share
    FROM touchpoint_scores
    WHERE speaker_role = 'customer' AND started_date IS NOT NULL
    GROUP BY started_date, touchpoint
),
answers AS (
    SELECT
        responded_date AS date,
        count(nps_rating) AS nps_count,
        nps(nps_rating) AS nps,
        nps_low(nps_rating) AS nps_low,
        nps_high(nps_rating) AS nps_high
    FROM survey_responses
    GROUP BY responded_date
)
SELECT date, touchpoint, conversation_count, mean_sentiment, negative_share,
    coalesce(nps_count, 0) AS nps_count, nps, nps_low, nps_high
FROM feelings
LEFT JOIN answers USING (date);
COMMENT ON VIEW touchpoint_nps_by_day IS 'Join 3 of 3. Each day''s feelings at each touchpoint beside the NPS of all answers of that day. The weakest link: it needs no keys, and says nothing of who answered.';
COMMENT ON COLUMN touchpoint_nps_by_day.date IS 'Day in the configured zone.';
COMMENT ON COLUMN touchpoint_nps_by_day.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN touchpoint_nps_by_day.conversation_count IS 'Conversations of the day at the touchpoint (n).';
COMMENT ON COLUMN touchpoint_nps_by_day.mean_sentiment IS 'Mean sentiment of the customers'' utterances, from -1 to 1.';
COMMENT ON COLUMN touchpoint_nps_by_day.negative_share IS 'Share of the customers'' utterances read as negative, 0-1.';
COMMENT ON COLUMN touchpoint_nps_by_day.nps_count IS 'Answers of the day, whatever the touchpoint (n).';
COMMENT ON COLUMN touchpoint_nps_by_day.nps IS 'NPS of the day, -100 to 100.';
COMMENT ON COLUMN touchpoint_nps_by_day.nps_low IS 'Lower end of its 95 % interval.';
COMMENT ON COLUMN touchpoint_nps_by_day.nps_high IS 'Upper end of its 95 % interval.';
