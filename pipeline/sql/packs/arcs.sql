-- The arcs of a team's week that may be shown: three turns of the customer or more, all with their words, and no hint at a
-- special category. `kind`: best (the feeling rises by half a class or more, and ends positive; the steepest first) or
-- worst (it ends negative; by peak-end). The keys are for telling people apart, and are written nowhere.
WITH talks AS (
    SELECT arc.*, coalesce(arc.customer_key, conversation_id) AS customer, conversations.channel AS channel_name,
        end_feeling - start_feeling AS rise
    FROM emotion_arcs AS arc
    JOIN conversations USING (conversation_id)
    WHERE queue = $team AND conversations.started_date BETWEEN $first_day AND $last_day
        AND turn_count >= 3 AND has_words AND len(special_categories) = 0
),
agents AS (
    SELECT conversation_id, coalesce(mode(participant_key ORDER BY utterance_index), conversation_id) AS agent
    FROM utterances
    WHERE speaker_role = 'agent'
    GROUP BY conversation_id
),
kinds AS (
    SELECT 'best' AS kind, * FROM talks WHERE rise >= 0.5 AND end_sentiment = 'positive'
    UNION ALL
    SELECT 'worst', * FROM talks WHERE end_sentiment = 'negative'
)
SELECT kind, conversation_id, customer, agent, kinds.channel_name AS channel, start_feeling, lowest_feeling, lowest_index,
    end_feeling, goal_reached, ease,
    (
        SELECT list(coalesce(path.name, id) ORDER BY place)
        FROM (SELECT unnest(touchpoints) AS id, generate_subscripts(touchpoints, 1) AS place) AS places
        LEFT JOIN path_touchpoints AS path ON path.touchpoint = id
        WHERE id <> 'unknown'
    ) AS touchpoints
FROM kinds
JOIN agents USING (conversation_id)
JOIN conversation_summary USING (conversation_id)
ORDER BY kind, CASE WHEN kind = 'best' THEN -rise ELSE peak_end END, conversation_id;
