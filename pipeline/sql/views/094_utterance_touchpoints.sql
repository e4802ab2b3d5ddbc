CREATE OR REPLACE VIEW utterance_touchpoints AS
SELECT utterances.conversation_id, utterance_index, speaker_role, stage, touchpoint, first_utterance_index
FROM utterances
ASOF JOIN conversation_touchpoints AS segments
    ON segments.conversation_id = utterances.conversation_id AND first_utterance_index <= utterance_index
WHERE utterance_index <= last_utterance_index;
COMMENT ON VIEW utterance_touchpoints IS 'Where on the service path each utterance stands: a row for each that lies in a segment of conversation_touchpoints.';
COMMENT ON COLUMN utterance_touchpoints.conversation_id IS 'The conversation.';
COMMENT ON COLUMN utterance_touchpoints.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN utterance_touchpoints.speaker_role IS 'customer, agent, bot or unknown.';
COMMENT ON COLUMN utterance_touchpoints.stage IS 'Stage of the service path.';
COMMENT ON COLUMN utterance_touchpoints.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN utterance_touchpoints.first_utterance_index IS 'First utterance of the segment: with conversation_id its key.';
