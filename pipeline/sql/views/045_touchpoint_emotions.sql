CREATE OR REPLACE VIEW touchpoint_emotions AS
WITH counts AS (
    SELECT touchpoint, emotion,
        count(*) AS utterance_count,
        count(*) FILTER (probability >= 0.5) AS present_count,
        count(DISTINCT coalesce(customer_key, conversation_id)) AS customer_count,
        count(DISTINCT coalesce(customer_key, conversation_id)) FILTER (probability >= 0.5) AS present_customer_count
    FROM conversation_touchpoints
    JOIN conversations USING (conversation_id)
    JOIN utterances USING (conversation_id)
    JOIN utterance_emotions USING (conversation_id, utterance_index)
    WHERE speaker_role = 'customer' AND utterance_index BETWEEN first_utterance_index AND last_utterance_index
    GROUP BY touchpoint, emotion
),
shares AS (
    SELECT touchpoint, emotion, customer_count, present_customer_count, utterance_count,
        present_count / utterance_count AS share,
        sum(present_count) OVER everywhere / sum(utterance_count) OVER everywhere AS share_everywhere
    FROM counts
    WINDOW everywhere AS (PARTITION BY emotion)
)
SELECT *,
    coalesce(
        (share - share_everywhere) / nullif(sqrt(share_everywhere * (1 - share_everywhere) / utterance_count), 0), 0
    ) AS z
FROM shares;
COMMENT ON VIEW touchpoint_emotions IS 'How common each emotion is among the customers'' utterances at each touchpoint, and how far that lies from all touchpoints together.';
COMMENT ON COLUMN touchpoint_emotions.touchpoint IS 'The touchpoint; unknown where no rule fits.';
COMMENT ON COLUMN touchpoint_emotions.emotion IS 'joy, trust, fear, surprise, sadness, disgust, anger or anticipation (Plutchik).';
COMMENT ON COLUMN touchpoint_emotions.customer_count IS 'Customers who said them; where the source names none, each conversation is one.';
COMMENT ON COLUMN touchpoint_emotions.present_customer_count IS 'Customers who said one in which the emotion is present.';
COMMENT ON COLUMN touchpoint_emotions.utterance_count IS 'Scored utterances of customers at the touchpoint (n).';
COMMENT ON COLUMN touchpoint_emotions.share IS 'Share of them in which the emotion is present (probability 0.5 or more), 0-1.';
COMMENT ON COLUMN touchpoint_emotions.share_everywhere IS 'The same share at all touchpoints together.';
COMMENT ON COLUMN touchpoint_emotions.z IS 'How many binomial standard errors the share lies above that; 0 = as everywhere.';
