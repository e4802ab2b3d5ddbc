CREATE OR REPLACE VIEW contact_point_mentions AS
SELECT conversation_id, utterance_index, response_id, speaker_role, touchpoint, label AS contact_point, name, kind, side,
    provider, nps_rating, words, span_start, span_end
FROM mentions_of('contact_point')
LEFT JOIN path_contact_points ON contact_point = label;
COMMENT ON VIEW contact_point_mentions IS 'Where people name a contact point of the palvelupolku: a row for each place in utterances and open survey answers.';
COMMENT ON COLUMN contact_point_mentions.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN contact_point_mentions.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN contact_point_mentions.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN contact_point_mentions.speaker_role IS 'customer, agent or unknown; NULL where the text is a survey answer.';
COMMENT ON COLUMN contact_point_mentions.touchpoint IS 'Where the conversation is when it is said; NULL where the text is a survey answer.';
COMMENT ON COLUMN contact_point_mentions.contact_point IS 'The contact point.';
COMMENT ON COLUMN contact_point_mentions.name IS 'Its name in Finnish; NULL, as the next three, where the palvelupolku in use does not know it any more.';
COMMENT ON COLUMN contact_point_mentions.kind IS 'staff, process, product or environment.';
COMMENT ON COLUMN contact_point_mentions.side IS 'front: the customer meets it; back: it works behind.';
COMMENT ON COLUMN contact_point_mentions.provider IS 'own, or partner: another company''s.';
COMMENT ON COLUMN contact_point_mentions.nps_rating IS 'What the survey answer gave, 0-10; NULL where the text is an utterance.';
COMMENT ON COLUMN contact_point_mentions.words IS 'The words that name it, cut from the masked text; NULL where the text has expired.';
COMMENT ON COLUMN contact_point_mentions.span_start IS 'Where they start in the masked text: characters from 0.';
COMMENT ON COLUMN contact_point_mentions.span_end IS 'Where they end, exclusive.';
