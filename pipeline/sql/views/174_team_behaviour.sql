-- What agents do, as teams, from one day to another (both included; NULL: no limit, nor a day asked for at all).
--
-- Wilson's interval for as many conversations as the real ones are worth, since those of one agent are alike: n over the
-- design effect, shrunk by Student's t with an agent less (Korn, Graubard 1998, Survey Methodology 24(2)).

CREATE OR REPLACE MACRO team_behaviour(first_day, last_day) AS TABLE
WITH turns AS (
    UNPIVOT (
        SELECT conversation_id, coalesce(queue, 'unknown') AS queue, coalesce(customer_key, conversation_id) AS customer,
            participant_key, utterance_index, is_understanding, is_mirroring, is_adjusting, is_complaint_thanks,
            is_preference_question, is_mandate, is_confirmation, is_open_question, is_hand_over
        FROM agent_turns
        WHERE (first_day IS NULL OR started_date >= first_day) AND (last_day IS NULL OR started_date <= last_day)
    ) ON is_understanding, is_mirroring, is_adjusting, is_complaint_thanks, is_preference_question, is_mandate,
        is_confirmation, is_open_question, is_hand_over
    INTO NAME name VALUE is_present
),
complaints AS (
    SELECT conversation_id, bool_or(complaint_probability >= 0.5) AS is_complaint
    FROM part_readings
    GROUP BY conversation_id
),
teams AS (  -- without names an agent counts as one, so that nobody slips through as nobody
    SELECT queue, name,
        greatest(count(DISTINCT participant_key), 1) AS agent_count,
        count(DISTINCT customer) AS customer_count,
        count(*) AS turn_count,
        count(*) FILTER (is_present) AS present_count,
        CASE WHEN present_count > 0 THEN greatest(count(DISTINCT participant_key) FILTER (is_present), 1) ELSE 0 END
            AS present_agent_count,
        count(DISTINCT customer) FILTER (is_present) AS present_customer_count,
        CASE WHEN bool_or(is_complaint) THEN greatest(count(DISTINCT participant_key) FILTER (is_complaint), 1) ELSE 0 END
            AS complaint_agent_count,
        count(DISTINCT customer) FILTER (is_complaint) AS complaint_customer_count,
        count(DISTINCT customer) FILTER (NOT coalesce(is_complaint, false)) AS other_customer_count
    FROM turns
    LEFT JOIN complaints USING (conversation_id)
    GROUP BY queue, name
),
contacts AS (
    SELECT queue, name, conversation_id,
        coalesce(mode(participant_key ORDER BY utterance_index), conversation_id) AS agent,
        bool_or(is_present)::INTEGER AS is_present
    FROM turns
    GROUP BY queue, name, conversation_id
),
bases AS (
    SELECT queue, name, 'conversation' AS basis, conversation_id, agent, is_present FROM contacts
    UNION ALL
    SELECT queue, name, 'complaint', conversation_id, agent, is_present
    FROM contacts JOIN complaints USING (conversation_id)
    WHERE is_complaint
),
agents AS (
    SELECT queue, name, basis, count(*) AS own_size, sum(is_present) AS own_present,
        sum(own_size) OVER team AS size,
        sum(own_present) OVER team / size AS share
    FROM bases
    GROUP BY queue, name, basis, agent
    WINDOW team AS (PARTITION BY queue, name, basis)
),
worth AS (
    SELECT queue, name, basis, size, share,
        greatest(count(*) - 1, 1) AS freedom,
        (freedom + 1) / freedom * sum((own_present - share * own_size) ** 2) / nullif(size * share * (1 - share), 0)
            AS design_effect,
        size / greatest(coalesce(design_effect, 1), 1) * (1.959964 / t_quantile(freedom)) ** 2 AS n
    FROM agents
    GROUP BY queue, name, basis, size, share
),
shares AS (
    SELECT queue, name, basis, size, share, wilson_low(share * n, n) AS low, wilson_high(share * n, n) AS high
    FROM worth
)
SELECT queue, replace(name, 'is_', '') AS behaviour, agent_count, customer_count,
    overall.size::BIGINT AS conversation_count, turn_count,
    present_agent_count, present_customer_count, present_count, present_count / turn_count AS turn_share,
    overall.share AS conversation_share,
    overall.low AS conversation_share_low,
    overall.high AS conversation_share_high,
    complaint_agent_count, complaint_customer_count, other_customer_count,
    coalesce(complained.size, 0)::BIGINT AS complaint_count,
    complained.share AS complaint_share,
    complained.low AS complaint_share_low,
    complained.high AS complaint_share_high
FROM teams
JOIN shares AS overall USING (queue, name)
LEFT JOIN shares AS complained ON complained.queue = teams.queue AND complained.name = teams.name AND complained.basis = 'complaint'
WHERE overall.basis = 'conversation';
