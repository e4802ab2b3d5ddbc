CREATE OR REPLACE VIEW touchpoint_nps_by_conversation AS
SELECT
    scores.* EXCLUDE (speaker_role, customer_key),
    coalesce(scores.customer_key, answers.customer_key) AS customer_key,
    response_id,
    responded_at,
    date_diff('second', scores.started_at, responded_at) / 3600.0 AS response_lag_hours,
    nps_rating,
    ces_rating,
    csat_rating,
    first_contact_resolution
FROM touchpoint_scores AS scores
JOIN survey_responses AS answers USING (conversation_id)
WHERE scores.speaker_role = 'customer';
COMMENT ON VIEW touchpoint_nps_by_conversation IS 'Join 1 of 3. The customer''s feelings beside the survey answered about the very same conversation. The strongest link, and the fewest answers: only surveys that name their conversation.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.conversation_id IS 'The conversation.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.stage IS 'The touchpoint''s stage of the service path.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.channel IS 'Channel of the conversation.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.started_at IS 'Start of the conversation, UTC.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.utterance_count IS 'Scored utterances (n).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_sentiment IS 'Mean of P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.lowest_sentiment IS 'Lowest of them.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.highest_sentiment IS 'Highest of them.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.first_sentiment IS 'That of the first utterance.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.last_sentiment IS 'That of the last utterance.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.negative_share IS 'Share of utterances read as negative, 0-1.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.sure_share IS 'Share of utterances whose sentiment is sure, 0-1; NULL where stored before this was told.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.sure_mean_sentiment IS 'mean_sentiment over those alone; NULL where there are none.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_joy IS 'Mean probability of joy (ilo).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_trust IS 'Mean probability of trust (luottamus).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_fear IS 'Mean probability of fear (pelko).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_surprise IS 'Mean probability of surprise (yllätys).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_sadness IS 'Mean probability of sadness (suru).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_disgust IS 'Mean probability of disgust (inho).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_anger IS 'Mean probability of anger (viha).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.mean_anticipation IS 'Mean probability of anticipation (odotus).';
COMMENT ON COLUMN touchpoint_nps_by_conversation.response_id IS 'The survey answer.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.responded_at IS 'When the customer answered, UTC.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.nps_rating IS 'How likely to recommend, 0-10.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.ces_rating IS 'Customer effort score, 1-7, 7 = very easy.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.csat_rating IS 'Satisfaction, 1-5.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.first_contact_resolution IS 'Settled at the first contact, in the customer''s opinion.';
COMMENT ON COLUMN touchpoint_nps_by_conversation.response_lag_hours IS 'Hours from the start of the conversation to the answer.';
