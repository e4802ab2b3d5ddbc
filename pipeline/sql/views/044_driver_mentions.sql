CREATE OR REPLACE VIEW driver_mentions AS
SELECT conversation_id, utterance_index, response_id, speaker_role, touchpoint, label AS driver, name, nps_rating, words,
    span_start, span_end
FROM mentions_of('driver')
LEFT JOIN drivers ON driver = label;
COMMENT ON VIEW driver_mentions IS 'Where people name a driver, what customers want of a service: a row for each place in utterances and open survey answers. Whether they got it is told by the feeling of the text, not by the driver.';
COMMENT ON COLUMN driver_mentions.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN driver_mentions.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN driver_mentions.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN driver_mentions.speaker_role IS 'customer, agent or unknown; NULL where the text is a survey answer.';
COMMENT ON COLUMN driver_mentions.touchpoint IS 'Where the conversation is when it is said; NULL where the text is a survey answer.';
COMMENT ON COLUMN driver_mentions.driver IS 'The driver.';
COMMENT ON COLUMN driver_mentions.name IS 'Its name in Finnish; NULL where the drivers in use do not hold it any more.';
COMMENT ON COLUMN driver_mentions.nps_rating IS 'What the survey answer gave, 0-10; NULL where the text is an utterance.';
COMMENT ON COLUMN driver_mentions.words IS 'The words that name it, cut from the masked text; NULL where the text has expired.';
COMMENT ON COLUMN driver_mentions.span_start IS 'Where they start in the masked text: characters from 0.';
COMMENT ON COLUMN driver_mentions.span_end IS 'Where they end, exclusive.';
