-- description: Who recommends us to others and who warns them, by the NPS that they gave?
-- grain: NPS group (promoter, passive, detractor, none: not asked or not answered), where it was said (conversation, or the open answer) and event (advocacy, warning)
-- unit: share 0…1 of the conversations or open answers of the group whose model knows cues, with Wilson's 95 % interval; a conversation has the group of the latest answer about it
-- people: customer_count by nps_group, said_in, event; present_customer_count for present_count, share, share_low, share_high
WITH rated AS (
    SELECT conversation_id, arg_max(nps_rating, responded_at) FILTER (nps_rating IS NOT NULL) AS nps_rating
    FROM survey_responses
    GROUP BY conversation_id
),
said AS (
    SELECT 'conversation' AS said_in, nps_rating, conversation_id AS id,
        any_value(coalesce(customer_key, conversation_id)) AS customer,
        bool_or(advocacy_probability >= 0.5) AS advocacy,
        bool_or(warning_probability >= 0.5) AS warning
    FROM utterance_scores
    JOIN utterances USING (conversation_id, utterance_index)
    JOIN conversations USING (conversation_id)
    LEFT JOIN rated USING (conversation_id)
    WHERE speaker_role = 'customer' AND advocacy_probability IS NOT NULL
    GROUP BY conversation_id, nps_rating
    UNION ALL BY NAME
    SELECT 'answer' AS said_in, nps_rating, response_id AS id, coalesce(customer_key, response_id) AS customer,
        advocacy_probability >= 0.5 AS advocacy, warning_probability >= 0.5 AS warning
    FROM verbatim_scores
    JOIN survey_responses USING (response_id)
    WHERE advocacy_probability IS NOT NULL
),
events AS (
    UNPIVOT said ON advocacy, warning INTO NAME event VALUE is_present
),
counts AS (
    SELECT
        CASE WHEN nps_rating >= 9 THEN 'promoter' WHEN nps_rating >= 7 THEN 'passive'
            WHEN nps_rating IS NOT NULL THEN 'detractor' ELSE 'none' END AS nps_group,
        said_in, event,
        count(DISTINCT customer) AS customer_count,
        count(*) AS text_count,
        count(DISTINCT customer) FILTER (is_present) AS present_customer_count,
        count(*) FILTER (is_present) AS present_count
    FROM events
    GROUP BY nps_group, said_in, event
)
SELECT *,
    present_count / text_count AS share,
    wilson_low(present_count, text_count) AS share_low,
    wilson_high(present_count, text_count) AS share_high
FROM counts
ORDER BY list_position(['promoter', 'passive', 'detractor', 'none'], nps_group), said_in DESC, event;
