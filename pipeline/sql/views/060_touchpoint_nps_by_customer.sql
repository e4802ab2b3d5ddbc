CREATE OR REPLACE VIEW touchpoint_nps_by_customer AS
SELECT
    scores.* EXCLUDE (speaker_role),
    response_id,
    responded_at,
    date_diff('second', scores.started_at, responded_at) / 86400.0 AS days_before,
    nps_rating,
    ces_rating,
    csat_rating,
    first_contact_resolution
FROM touchpoint_scores AS scores
JOIN survey_responses AS answers USING (customer_key)
WHERE scores.speaker_role = 'customer'
    AND responded_at BETWEEN scores.started_at AND scores.started_at + INTERVAL 30 DAY;
COMMENT ON VIEW touchpoint_nps_by_customer IS 'Join 2 of 3. What the same customer felt in the 30 days before an answer, whichever conversation the answer is about; filter on days_before for a narrower window. An answer appears once per conversation and touchpoint.';
COMMENT ON COLUMN touchpoint_nps_by_customer.conversation_id IS 'The conversation.';
COMMENT ON COLUMN touchpoint_nps_by_customer.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN touchpoint_nps_by_customer.stage IS 'The touchpoint''s stage of the service path.';
COMMENT ON COLUMN touchpoint_nps_by_customer.channel IS 'Channel of the conversation.';
COMMENT ON COLUMN touchpoint_nps_by_customer.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN touchpoint_nps_by_customer.started_at IS 'Start of the conversation, UTC.';
COMMENT ON COLUMN touchpoint_nps_by_customer.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN touchpoint_nps_by_customer.utterance_count IS 'Scored utterances (n).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_sentiment IS 'Mean of P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN touchpoint_nps_by_customer.lowest_sentiment IS 'Lowest of them.';
COMMENT ON COLUMN touchpoint_nps_by_customer.highest_sentiment IS 'Highest of them.';
COMMENT ON COLUMN touchpoint_nps_by_customer.first_sentiment IS 'That of the first utterance.';
COMMENT ON COLUMN touchpoint_nps_by_customer.last_sentiment IS 'That of the last utterance.';
COMMENT ON COLUMN touchpoint_nps_by_customer.negative_share IS 'Share of utterances read as negative, 0-1.';
COMMENT ON COLUMN touchpoint_nps_by_customer.sure_share IS 'Share of utterances whose sentiment is sure, 0-1; NULL where stored before this was told.';
COMMENT ON COLUMN touchpoint_nps_by_customer.sure_mean_sentiment IS 'mean_sentiment over those alone; NULL where there are none.';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_joy IS 'Mean probability of joy (ilo).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_trust IS 'Mean probability of trust (luottamus).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_fear IS 'Mean probability of fear (pelko).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_surprise IS 'Mean probability of surprise (yllätys).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_sadness IS 'Mean probability of sadness (suru).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_disgust IS 'Mean probability of disgust (inho).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_anger IS 'Mean probability of anger (viha).';
COMMENT ON COLUMN touchpoint_nps_by_customer.mean_anticipation IS 'Mean probability of anticipation (odotus).';
COMMENT ON COLUMN touchpoint_nps_by_customer.response_id IS 'The survey answer.';
COMMENT ON COLUMN touchpoint_nps_by_customer.responded_at IS 'When the customer answered, UTC.';
COMMENT ON COLUMN touchpoint_nps_by_customer.nps_rating IS 'How likely to recommend, 0-10.';
COMMENT ON COLUMN touchpoint_nps_by_customer.ces_rating IS 'Customer effort score, 1-7, 7 = very easy.';
COMMENT ON COLUMN touchpoint_nps_by_customer.csat_rating IS 'Satisfaction, 1-5.';
COMMENT ON COLUMN touchpoint_nps_by_customer.first_contact_resolution IS 'Settled at the first contact, in the customer''s opinion.';
COMMENT ON COLUMN touchpoint_nps_by_customer.days_before IS 'Days from the start of the conversation to the answer, 0-30.';
