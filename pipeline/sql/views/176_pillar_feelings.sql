-- The three pillars of an experience: the service (cx: people, and how things are handled), what one uses (ux: systems and
-- channels, the product) and the company (brand: what it stands for, and what it asks). The price is of the brand: neither
-- who serves nor what is used sets it, and what people are ready to pay for the name is how its worth is measured (Aaker
-- 1996, California Management Review 38(3)).

CREATE OR REPLACE MACRO pillar_of(target) AS
    CASE WHEN target IN ('ihminen', 'prosessi') THEN 'cx'
        WHEN target IN ('järjestelmä', 'tuote') THEN 'ux'
        WHEN target IN ('brändi', 'hinta') THEN 'brand' END;

CREATE OR REPLACE VIEW pillar_feelings AS
SELECT conversation_id, utterance_index, stage, touchpoint, target, pillar_of(target) AS pillar, feeling, feeling_source
FROM (
    SELECT DISTINCT conversation_id, utterance_index, label AS target
    FROM mentions
    WHERE kind = 'target' AND conversation_id IS NOT NULL
)
JOIN customer_feelings USING (conversation_id, utterance_index)
LEFT JOIN utterance_touchpoints USING (conversation_id, utterance_index);
COMMENT ON VIEW pillar_feelings IS 'What customers feel strongly about, and toward which of the three pillars CX, UX and brand: a row for each of their turns and targets (see mentions).';
COMMENT ON COLUMN pillar_feelings.conversation_id IS 'The conversation.';
COMMENT ON COLUMN pillar_feelings.utterance_index IS 'The utterance in it.';
COMMENT ON COLUMN pillar_feelings.stage IS 'Stage of the service path.';
COMMENT ON COLUMN pillar_feelings.touchpoint IS 'The touchpoint; unknown where nothing tells.';
COMMENT ON COLUMN pillar_feelings.target IS 'What the feeling is about: ihminen, prosessi, järjestelmä, tuote, brändi or hinta.';
COMMENT ON COLUMN pillar_feelings.pillar IS 'cx (ihminen, prosessi), ux (järjestelmä, tuote) or brand (brändi, hinta).';
COMMENT ON COLUMN pillar_feelings.feeling IS 'P(positive) - P(negative), from -1 to 1, as in customer_feelings.';
COMMENT ON COLUMN pillar_feelings.feeling_source IS 'context or turn, as in customer_feelings.';
