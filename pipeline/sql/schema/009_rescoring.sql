-- Reading again from masked text (`tunnepolku rescore`): who read what is known of each part and each answer, and what an
-- earlier model or version had read is kept, so that the two can be compared. Only what figures are made of is kept, without
-- places in the text, so that nothing of it has to go when the words do; probabilities in single precision, as the networks
-- compute them, which takes two thirds of the room.

ALTER TABLE conversation_parts ADD COLUMN reader_hash VARCHAR;
ALTER TABLE survey_responses ADD COLUMN reader_hash VARCHAR;
COMMENT ON COLUMN conversation_parts.reader_hash IS 'Hash of the models, their settings, the palvelupolku and the drivers that read it last: what differs from that of the settings, `tunnepolku rescore` reads again. NULL: read before version 009.';
COMMENT ON COLUMN survey_responses.reader_hash IS 'Hash of the models, their settings, the palvelupolku and the drivers that read the open answer last, as in conversation_parts. NULL: there is none, or it was read before version 009.';

CREATE TABLE earlier_scores (
    conversation_id VARCHAR,
    utterance_index INTEGER,
    response_id VARCHAR,
    sentiment VARCHAR NOT NULL CHECK (sentiment IN ('negative', 'neutral', 'positive')),
    sentiment_score FLOAT NOT NULL,
    negative_probability FLOAT NOT NULL,
    neutral_probability FLOAT NOT NULL,
    positive_probability FLOAT NOT NULL,
    joy_probability FLOAT NOT NULL,
    trust_probability FLOAT NOT NULL,
    fear_probability FLOAT NOT NULL,
    surprise_probability FLOAT NOT NULL,
    sadness_probability FLOAT NOT NULL,
    disgust_probability FLOAT NOT NULL,
    anger_probability FLOAT NOT NULL,
    anticipation_probability FLOAT NOT NULL,
    is_sure BOOLEAN,
    effort_probability FLOAT,
    ease_probability FLOAT,
    goal_reached_probability FLOAT,
    goal_missed_probability FLOAT,
    expectation_under_probability FLOAT,
    expectation_over_probability FLOAT,
    complaint_probability FLOAT,
    request_probability FLOAT,
    wish_probability FLOAT,
    thanks_probability FLOAT,
    churn_probability FLOAT,
    advocacy_probability FLOAT,
    warning_probability FLOAT,
    apology_probability FLOAT,
    empathy_probability FLOAT,
    remedy_probability FLOAT,
    irony_probability FLOAT,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL
);
COMMENT ON TABLE earlier_scores IS 'What earlier classifiers, or versions of them, had read in utterances and open survey answers that the present one has read again: a row for each text and version; the view score_changes sets them beside each other.';
COMMENT ON COLUMN earlier_scores.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN earlier_scores.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN earlier_scores.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN earlier_scores.sentiment IS 'Most probable class: negative, neutral or positive.';
COMMENT ON COLUMN earlier_scores.sentiment_score IS 'P(positive) - P(negative), from -1 to 1.';
COMMENT ON COLUMN earlier_scores.negative_probability IS 'Probability of negative sentiment; the three sum to 1.';
COMMENT ON COLUMN earlier_scores.neutral_probability IS 'Probability of neutral sentiment; the three sum to 1.';
COMMENT ON COLUMN earlier_scores.positive_probability IS 'Probability of positive sentiment; the three sum to 1.';
COMMENT ON COLUMN earlier_scores.joy_probability IS 'Probability that joy (ilo) is present; emotions are independent of each other.';
COMMENT ON COLUMN earlier_scores.trust_probability IS 'Probability that trust (luottamus) is present.';
COMMENT ON COLUMN earlier_scores.fear_probability IS 'Probability that fear (pelko) is present.';
COMMENT ON COLUMN earlier_scores.surprise_probability IS 'Probability that surprise (yllätys) is present.';
COMMENT ON COLUMN earlier_scores.sadness_probability IS 'Probability that sadness (suru) is present.';
COMMENT ON COLUMN earlier_scores.disgust_probability IS 'Probability that disgust (inho) is present.';
COMMENT ON COLUMN earlier_scores.anger_probability IS 'Probability that anger (viha) is present.';
COMMENT ON COLUMN earlier_scores.anticipation_probability IS 'Probability that anticipation (odotus) is present.';
COMMENT ON COLUMN earlier_scores.is_sure IS 'Whether the sentiment was as probable as the card of that model asks (sure_from). NULL: stored before this was told.';
COMMENT ON COLUMN earlier_scores.effort_probability IS 'Probability that the customer tells of the trouble it took; cues are independent of each other. NULL: not told.';
COMMENT ON COLUMN earlier_scores.ease_probability IS 'Probability that the customer finds it easy, quick or handy. NULL: not told.';
COMMENT ON COLUMN earlier_scores.goal_reached_probability IS 'Probability that the matter is settled. NULL: not told.';
COMMENT ON COLUMN earlier_scores.goal_missed_probability IS 'Probability that the matter did not get settled. NULL: not told.';
COMMENT ON COLUMN earlier_scores.expectation_under_probability IS 'Probability that the customer got less than promised or expected. NULL: not told.';
COMMENT ON COLUMN earlier_scores.expectation_over_probability IS 'Probability that it was better than expected. NULL: not told.';
COMMENT ON COLUMN earlier_scores.complaint_probability IS 'Probability that the customer holds a fault against the company. NULL: not told.';
COMMENT ON COLUMN earlier_scores.request_probability IS 'Probability that the customer asks for an action or information. NULL: not told.';
COMMENT ON COLUMN earlier_scores.wish_probability IS 'Probability that the customer wishes an improvement. NULL: not told.';
COMMENT ON COLUMN earlier_scores.thanks_probability IS 'Probability that somebody thanks. NULL: not told.';
COMMENT ON COLUMN earlier_scores.churn_probability IS 'Probability that the customer leaves, cancels or threatens to. NULL: not told.';
COMMENT ON COLUMN earlier_scores.advocacy_probability IS 'Probability that the customer recommends, or promises to stay or come back. NULL: not told.';
COMMENT ON COLUMN earlier_scores.warning_probability IS 'Probability that the customer warns others or threatens with publicity. NULL: not told.';
COMMENT ON COLUMN earlier_scores.apology_probability IS 'Probability that somebody apologises, usually the agent. NULL: not told.';
COMMENT ON COLUMN earlier_scores.empathy_probability IS 'Probability that the agent names or accepts the customer''s feeling. NULL: not told.';
COMMENT ON COLUMN earlier_scores.remedy_probability IS 'Probability that the agent makes it good, or promises to. NULL: not told.';
COMMENT ON COLUMN earlier_scores.irony_probability IS 'Probability that the opposite of what is said is meant. NULL: not told.';
COMMENT ON COLUMN earlier_scores.model IS 'Name of the earlier classifier.';
COMMENT ON COLUMN earlier_scores.model_version IS 'Its version.';
COMMENT ON COLUMN earlier_scores.run_id IS 'The run that scored it.';

CREATE TABLE earlier_readings (
    conversation_id VARCHAR NOT NULL,
    first_utterance_index INTEGER NOT NULL,
    touchpoints STRUCT(first_utterance INTEGER, last_utterance INTEGER, touchpoint VARCHAR)[] NOT NULL,
    goal_yes_probability FLOAT,
    goal_no_probability FLOAT,
    goal_unclear_probability FLOAT,
    ease_easy_probability FLOAT,
    ease_mixed_probability FLOAT,
    ease_hard_probability FLOAT,
    complaint_probability FLOAT,
    repeat_contact_probability FLOAT,
    churn_probability FLOAT,
    hand_over_probability FLOAT,
    model VARCHAR,
    model_version VARCHAR,
    run_id VARCHAR
);
COMMENT ON TABLE earlier_readings IS 'What earlier models, or versions of them, had read in conversations as a whole: a row for each part (conversation_parts) and version; the view reading_changes sets them beside the present ones.';
COMMENT ON COLUMN earlier_readings.conversation_id IS 'The conversation.';
COMMENT ON COLUMN earlier_readings.first_utterance_index IS 'The first utterance of the part.';
COMMENT ON COLUMN earlier_readings.touchpoints IS 'The stretches and their touchpoints, in order: first and last utterance counted from the first of the part.';
COMMENT ON COLUMN earlier_readings.goal_yes_probability IS 'Probability that the customer reached what they came for; the three sum to 1. NULL in this and all below: no model had read it, only rules.';
COMMENT ON COLUMN earlier_readings.goal_no_probability IS 'Probability that they did not.';
COMMENT ON COLUMN earlier_readings.goal_unclear_probability IS 'Probability that it is left open.';
COMMENT ON COLUMN earlier_readings.ease_easy_probability IS 'Probability that it is told or shown to be easy; what the three lack of 1 is the probability that nothing tells of it.';
COMMENT ON COLUMN earlier_readings.ease_mixed_probability IS 'Probability that it is easy and hard.';
COMMENT ON COLUMN earlier_readings.ease_hard_probability IS 'Probability that it is told or shown to be hard.';
COMMENT ON COLUMN earlier_readings.complaint_probability IS 'Probability that the customer complains.';
COMMENT ON COLUMN earlier_readings.repeat_contact_probability IS 'Probability that it is not their first contact about the matter.';
COMMENT ON COLUMN earlier_readings.churn_probability IS 'Probability that the customer leaves, cancels, or threatens or thinks of it.';
COMMENT ON COLUMN earlier_readings.hand_over_probability IS 'Probability that the customer is handed over to somebody else.';
COMMENT ON COLUMN earlier_readings.model IS 'Name of the earlier model. NULL: the source''s fields and lemmas alone.';
COMMENT ON COLUMN earlier_readings.model_version IS 'Its version.';
COMMENT ON COLUMN earlier_readings.run_id IS 'The run that read it.';
