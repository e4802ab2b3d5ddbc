-- Conversations read as a whole: the stretches of a palvelupolku with what decided, goal and ease beside the feelings, what
-- each turn does, what is named; and the path itself as tables. What was stored before tells nothing of this until
-- `tunnepolku rescore` reads it again from its masked text.

ALTER TABLE conversations ADD COLUMN metadata JSON;
COMMENT ON COLUMN conversations.metadata IS 'What else the source tells (department, tags, contact reason), as its fields are called, masked: an object of short strings that rules of the palvelupolku look at; NULL for nothing.';

ALTER TABLE conversation_touchpoints ADD COLUMN confidence DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN evidence STRUCT(utterance_index INTEGER, "start" INTEGER, "end" INTEGER)[];
ALTER TABLE conversation_touchpoints ADD COLUMN goal_yes_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN goal_no_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN goal_unclear_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN ease_easy_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN ease_mixed_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN ease_hard_probability DOUBLE;
ALTER TABLE conversation_touchpoints ADD COLUMN reason STRUCT(utterance_index INTEGER, "start" INTEGER, "end" INTEGER);
COMMENT ON COLUMN conversation_touchpoints.rule IS 'What decided: the rule in palvelupolku.toml, model, or none.';
COMMENT ON COLUMN conversation_touchpoints.confidence IS 'How sure that is, 0-1; 1 where a field of the source decided, NULL where lemmas did, which know no probability.';
COMMENT ON COLUMN conversation_touchpoints.evidence IS 'The words that speak for the touchpoint: utterance and characters of its masked text from 0, end exclusive.';
COMMENT ON COLUMN conversation_touchpoints.goal_yes_probability IS 'Probability that the customer reached their goal here; the three sum to 1. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.goal_no_probability IS 'Probability that they did not. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.goal_unclear_probability IS 'Probability that it is left open. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.ease_easy_probability IS 'Probability that it is told or shown to be easy; what the three lack of 1 is the probability that nothing tells of it. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.ease_mixed_probability IS 'Probability that it is easy and hard. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.ease_hard_probability IS 'Probability that it is told or shown to be hard. NULL: not read.';
COMMENT ON COLUMN conversation_touchpoints.reason IS 'The customer''s own words for why they feel so or, without a feeling, what it is about: utterance and characters of its masked text. NULL: none found.';

CREATE TABLE part_readings (
    conversation_id VARCHAR NOT NULL,
    first_utterance_index INTEGER NOT NULL,
    goal_yes_probability DOUBLE NOT NULL,
    goal_no_probability DOUBLE NOT NULL,
    goal_unclear_probability DOUBLE NOT NULL,
    ease_easy_probability DOUBLE NOT NULL,
    ease_mixed_probability DOUBLE NOT NULL,
    ease_hard_probability DOUBLE NOT NULL,
    complaint_probability DOUBLE NOT NULL,
    repeat_contact_probability DOUBLE NOT NULL,
    churn_probability DOUBLE NOT NULL,
    hand_over_probability DOUBLE NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (conversation_id, first_utterance_index)
);
COMMENT ON TABLE part_readings IS 'What is read in a conversation as a whole: a row for each delivery that it was put together from (conversation_parts).';
COMMENT ON COLUMN part_readings.conversation_id IS 'The conversation.';
COMMENT ON COLUMN part_readings.first_utterance_index IS 'The first utterance of the part.';
COMMENT ON COLUMN part_readings.goal_yes_probability IS 'Probability that the customer reached what they came for; the three sum to 1.';
COMMENT ON COLUMN part_readings.goal_no_probability IS 'Probability that they did not.';
COMMENT ON COLUMN part_readings.goal_unclear_probability IS 'Probability that it is left open.';
COMMENT ON COLUMN part_readings.ease_easy_probability IS 'Probability that it is told or shown to be easy; what the three lack of 1 is the probability that nothing tells of it.';
COMMENT ON COLUMN part_readings.ease_mixed_probability IS 'Probability that it is easy and hard.';
COMMENT ON COLUMN part_readings.ease_hard_probability IS 'Probability that it is told or shown to be hard.';
COMMENT ON COLUMN part_readings.complaint_probability IS 'Probability that the customer complains.';
COMMENT ON COLUMN part_readings.repeat_contact_probability IS 'Probability that it is not their first contact about the matter.';
COMMENT ON COLUMN part_readings.churn_probability IS 'Probability that the customer leaves, cancels, or threatens or thinks of it.';
COMMENT ON COLUMN part_readings.hand_over_probability IS 'Probability that the customer is handed over to somebody else.';
COMMENT ON COLUMN part_readings.model IS 'Name of the model.';
COMMENT ON COLUMN part_readings.model_version IS 'Version of the model.';
COMMENT ON COLUMN part_readings.run_id IS 'The run that read it.';

CREATE TABLE utterance_readings (
    conversation_id VARCHAR NOT NULL,
    utterance_index INTEGER NOT NULL,
    negative_probability DOUBLE,
    neutral_probability DOUBLE,
    positive_probability DOUBLE,
    feeling_strength DOUBLE,
    repeat_contact_probability DOUBLE NOT NULL,
    waiting_probability DOUBLE NOT NULL,
    understanding_probability DOUBLE NOT NULL,
    mirroring_probability DOUBLE NOT NULL,
    adjusting_probability DOUBLE NOT NULL,
    complaint_thanks_probability DOUBLE NOT NULL,
    preference_question_probability DOUBLE NOT NULL,
    mandate_probability DOUBLE NOT NULL,
    confirmation_probability DOUBLE NOT NULL,
    open_question_probability DOUBLE NOT NULL,
    hand_over_probability DOUBLE NOT NULL,
    model VARCHAR NOT NULL,
    model_version VARCHAR NOT NULL,
    run_id VARCHAR NOT NULL,
    PRIMARY KEY (conversation_id, utterance_index)
);
COMMENT ON TABLE utterance_readings IS 'Each turn of a customer or an agent in the light of the whole conversation: what the customer feels, and what the turn does besides the cues. The first two moves are the customer''s, the others the agent''s; those of the other side are 0.';
COMMENT ON COLUMN utterance_readings.conversation_id IS 'The conversation of the utterance.';
COMMENT ON COLUMN utterance_readings.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN utterance_readings.negative_probability IS 'Probability that the customer minds, read in context (utterance_scores reads the turn by itself); the three sum to 1. NULL: an agent''s turn.';
COMMENT ON COLUMN utterance_readings.neutral_probability IS 'Probability that no feeling shows. NULL: an agent''s turn.';
COMMENT ON COLUMN utterance_readings.positive_probability IS 'Probability that the customer is pleased. NULL: an agent''s turn.';
COMMENT ON COLUMN utterance_readings.feeling_strength IS 'How strongly the customer feels it, from -1 to 1: half the expected value on the scale of five from -2, strongly negative, to 2. NULL: an agent''s turn.';
COMMENT ON COLUMN utterance_readings.repeat_contact_probability IS 'Probability that the customer lets know that it is not the first contact about the matter.';
COMMENT ON COLUMN utterance_readings.waiting_probability IS 'Probability that the customer tells of waiting or queueing.';
COMMENT ON COLUMN utterance_readings.understanding_probability IS 'Probability that the agent names or accepts the customer''s feeling or trouble (käsittää).';
COMMENT ON COLUMN utterance_readings.mirroring_probability IS 'Probability that the agent answers the feeling: puts the situation in own words, shares the joy, asks how it is (heijastaa).';
COMMENT ON COLUMN utterance_readings.adjusting_probability IS 'Probability that the agent changes something to make it good (säätää).';
COMMENT ON COLUMN utterance_readings.complaint_thanks_probability IS 'Probability that the agent thanks for the complaint or the feedback.';
COMMENT ON COLUMN utterance_readings.preference_question_probability IS 'Probability that the agent asks what the customer would prefer.';
COMMENT ON COLUMN utterance_readings.mandate_probability IS 'Probability that the agent decides on the spot.';
COMMENT ON COLUMN utterance_readings.confirmation_probability IS 'Probability that the agent makes sure at the end that all is well, or sums up what was agreed.';
COMMENT ON COLUMN utterance_readings.open_question_probability IS 'Probability that the agent asks an open question.';
COMMENT ON COLUMN utterance_readings.hand_over_probability IS 'Probability that the agent hands over to somebody else, or takes over.';
COMMENT ON COLUMN utterance_readings.model IS 'Name of the model.';
COMMENT ON COLUMN utterance_readings.model_version IS 'Version of the model.';
COMMENT ON COLUMN utterance_readings.run_id IS 'The run that read it.';

CREATE TABLE mentions (
    conversation_id VARCHAR,
    utterance_index INTEGER,
    response_id VARCHAR,
    kind VARCHAR NOT NULL CHECK (kind IN ('contact_point', 'driver', 'target')),
    label VARCHAR NOT NULL,
    "start" INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    weight DOUBLE NOT NULL
);
COMMENT ON TABLE mentions IS 'Words of utterances and open survey answers that name a contact point of the palvelupolku or a driver, and what the feeling of an utterance is about.';
COMMENT ON COLUMN mentions.conversation_id IS 'The conversation of the utterance; NULL where the text is a survey answer.';
COMMENT ON COLUMN mentions.utterance_index IS 'The utterance in it; NULL where the text is a survey answer.';
COMMENT ON COLUMN mentions.response_id IS 'The survey answer; NULL where the text is an utterance.';
COMMENT ON COLUMN mentions.kind IS 'contact_point and driver: named by words of the palvelupolku or of the drivers; target: what a strong feeling is about, as a model reads it.';
COMMENT ON COLUMN mentions.label IS 'The contact point, the driver, or the target (ihminen, järjestelmä, tuote, prosessi, hinta, brändi).';
COMMENT ON COLUMN mentions."start" IS 'Where the words start in the masked text: characters from 0.';
COMMENT ON COLUMN mentions."end" IS 'Where they end, exclusive.';
COMMENT ON COLUMN mentions.weight IS '0-1: 1 by a rule, else the probability that the model gives.';

CREATE TABLE path_stages (
    stage VARCHAR PRIMARY KEY,
    path VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL
);
COMMENT ON TABLE path_stages IS 'The stages of the palvelupolku in use, in order.';
COMMENT ON COLUMN path_stages.stage IS 'Its id, as in conversation_touchpoints.';
COMMENT ON COLUMN path_stages.path IS 'The name of the path.';
COMMENT ON COLUMN path_stages.position IS 'Place in the path, from 0.';
COMMENT ON COLUMN path_stages.name IS 'Its name in Finnish.';

CREATE TABLE path_touchpoints (
    touchpoint VARCHAR PRIMARY KEY,
    stage VARCHAR NOT NULL,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL
);
COMMENT ON TABLE path_touchpoints IS 'The service moments (palvelutuokiot) of the palvelupolku in use.';
COMMENT ON COLUMN path_touchpoints.touchpoint IS 'Its id, as in conversation_touchpoints.';
COMMENT ON COLUMN path_touchpoints.stage IS 'The stage it belongs to.';
COMMENT ON COLUMN path_touchpoints.position IS 'Place among them, from 0: the order in which rules are tried.';
COMMENT ON COLUMN path_touchpoints.name IS 'Its name in Finnish.';

CREATE TABLE path_contact_points (
    contact_point VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    kind VARCHAR NOT NULL CHECK (kind IN ('staff', 'process', 'product', 'environment')),
    side VARCHAR NOT NULL CHECK (side IN ('front', 'back')),
    provider VARCHAR NOT NULL CHECK (provider IN ('own', 'partner')),
    touchpoints VARCHAR[] NOT NULL
);
COMMENT ON TABLE path_contact_points IS 'The contact points of the palvelupolku in use: what or whom the customer meets, and what works behind it.';
COMMENT ON COLUMN path_contact_points.contact_point IS 'Its id, as in mentions.label.';
COMMENT ON COLUMN path_contact_points.position IS 'Place among them, from 0, as in the file.';
COMMENT ON COLUMN path_contact_points.name IS 'Its name in Finnish.';
COMMENT ON COLUMN path_contact_points.kind IS 'staff (people and how they behave), process (how things are handled), product (the thing or service itself) or environment (place, web site, app).';
COMMENT ON COLUMN path_contact_points.side IS 'front: the customer meets it; back: it works behind, and is felt.';
COMMENT ON COLUMN path_contact_points.provider IS 'own, or partner: another company''s.';
COMMENT ON COLUMN path_contact_points.touchpoints IS 'Where it is met; empty: anywhere.';

CREATE TABLE drivers (
    driver VARCHAR PRIMARY KEY,
    position INTEGER NOT NULL,
    name VARCHAR NOT NULL,
    description VARCHAR NOT NULL
);
COMMENT ON TABLE drivers IS 'The drivers in use: what customers want of a service every day.';
COMMENT ON COLUMN drivers.driver IS 'Its id, as in mentions.label.';
COMMENT ON COLUMN drivers.position IS 'Place among them, from 0, as in the file.';
COMMENT ON COLUMN drivers.name IS 'Its name in Finnish.';
COMMENT ON COLUMN drivers.description IS 'What it means, in Finnish.';
