CREATE OR REPLACE VIEW touchpoint_scores AS
SELECT
    conversation_id,
    touchpoint,
    any_value(stage) AS stage,
    speaker_role,
    any_value(channel) AS channel,
    any_value(customer_key) AS customer_key,
    any_value(started_at) AS started_at,
    any_value(started_date) AS started_date,
    count(*) AS utterance_count,
    avg(sentiment_score) AS mean_sentiment,
    min(sentiment_score) AS lowest_sentiment,
    max(sentiment_score) AS highest_sentiment,
    arg_min(sentiment_score, utterance_index) AS first_sentiment,
    arg_max(sentiment_score, utterance_index) AS last_sentiment,
    avg((sentiment = 'negative')::INTEGER) AS negative_share,
    avg(is_sure::INTEGER) AS sure_share,
    avg(sentiment_score) FILTER (is_sure) AS sure_mean_sentiment,
    avg(joy_probability) AS mean_joy,
    avg(trust_probability) AS mean_trust,
    avg(fear_probability) AS mean_fear,
    avg(surprise_probability) AS mean_surprise,
    avg(sadness_probability) AS mean_sadness,
    avg(disgust_probability) AS mean_disgust,
    avg(anger_probability) AS mean_anger,
    avg(anticipation_probability) AS mean_anticipation
FROM utterance_scores
JOIN utterances USING (conversation_id, utterance_index)
JOIN conversations USING (conversation_id)
JOIN conversation_touchpoints USING (conversation_id)
WHERE speaker_role IN ('customer', 'agent') AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
GROUP BY conversation_id, touchpoint, speaker_role;
COMMENT ON VIEW touchpoint_scores IS 'The feelings of one conversation at one touchpoint: a row per conversation, touchpoint and speaker role.';
COMMENT ON COLUMN touchpoint_scores.conversation_id IS 'The conversation.';
COMMENT ON COLUMN touchpoint_scores.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN touchpoint_scores.stage IS 'The touchpoint''s stage of the service path.';
COMMENT ON COLUMN touchpoint_scores.speaker_role IS 'customer or agent: whose utterances these are.';
COMMENT ON COLUMN touchpoint_scores.channel IS 'Channel of the conversation.';
COMMENT ON COLUMN touchpoint_scores.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN touchpoint_scores.started_at IS 'Start of the conversation, UTC.';
COMMENT ON COLUMN touchpoint_scores.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN touchpoint_scores.utterance_count IS 'Scored utterances (n).';
COMMENT ON COLUMN touchpoint_scores.mean_sentiment IS 'Mean of P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN touchpoint_scores.lowest_sentiment IS 'Lowest of them.';
COMMENT ON COLUMN touchpoint_scores.highest_sentiment IS 'Highest of them.';
COMMENT ON COLUMN touchpoint_scores.first_sentiment IS 'That of the first utterance.';
COMMENT ON COLUMN touchpoint_scores.last_sentiment IS 'That of the last utterance.';
COMMENT ON COLUMN touchpoint_scores.negative_share IS 'Share of utterances read as negative, 0-1.';
COMMENT ON COLUMN touchpoint_scores.sure_share IS 'Share of utterances whose sentiment is sure, 0-1; NULL where stored before this was told.';
COMMENT ON COLUMN touchpoint_scores.sure_mean_sentiment IS 'mean_sentiment over those alone; NULL where there are none.';
COMMENT ON COLUMN touchpoint_scores.mean_joy IS 'Mean probability of joy (ilo).';
COMMENT ON COLUMN touchpoint_scores.mean_trust IS 'Mean probability of trust (luottamus).';
COMMENT ON COLUMN touchpoint_scores.mean_fear IS 'Mean probability of fear (pelko).';
COMMENT ON COLUMN touchpoint_scores.mean_surprise IS 'Mean probability of surprise (yllätys).';
COMMENT ON COLUMN touchpoint_scores.mean_sadness IS 'Mean probability of sadness (suru).';
COMMENT ON COLUMN touchpoint_scores.mean_disgust IS 'Mean probability of disgust (inho).';
COMMENT ON COLUMN touchpoint_scores.mean_anger IS 'Mean probability of anger (viha).';
COMMENT ON COLUMN touchpoint_scores.mean_anticipation IS 'Mean probability of anticipation (odotus).';
