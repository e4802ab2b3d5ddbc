-- description: Does the feeling of one side follow that of the other, turn by turn, more than in conversations that are not theirs?
-- grain: leader (agent: does the customer's next turn go with the agent's; customer: the reverse)
-- unit: correlation -1…1 of both sides' deviations from their own means in the conversation; shuffled: the same with the leader's turns of another conversation at the touchpoint, mean and 95 % of the shuffles; synchrony: what the first has above that, with its 95 % interval; in_context_share 0…1 of the responses with customers read in context
-- people: customer_count, agent_count by leader
-- option: seed, the whole number that the shuffles start from (1)
WITH numbered AS (
    SELECT *,
        row_number() OVER (PARTITION BY conversation_id ORDER BY utterance_index) - turn_number AS turns_of_the_other
    FROM felt_turns
),
stretches AS (  -- successive turns of one side are one
    SELECT conversation_id, speaker_role, min(utterance_index) AS first_index, avg(feeling) AS feeling,
        arg_min(participant_key, utterance_index) FILTER (speaker_role = 'agent') AS agent
    FROM numbered
    GROUP BY conversation_id, speaker_role, turns_of_the_other
),
responses AS (
    SELECT conversation_id, speaker_role AS leader, first_index, feeling AS led,
        lead(feeling) OVER stretch AS followed,
        coalesce(agent, lead(agent) OVER stretch) AS agent
    FROM stretches
    WINDOW stretch AS (PARTITION BY conversation_id ORDER BY first_index)
    QUALIFY followed IS NOT NULL
)
SELECT leader, led, followed, feeling_source = 'context' AS is_in_context,
    dense_rank() OVER (ORDER BY conversation_id) AS conversation,
    dense_rank() OVER (ORDER BY coalesce(customer_key, conversation_id)) AS customer,
    CASE WHEN agent IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY agent) END AS agent,
    dense_rank() OVER (ORDER BY touchpoint) AS touchpoint
FROM responses
JOIN conversations USING (conversation_id)
JOIN (SELECT conversation_id, touchpoint, feeling_source FROM dyads) USING (conversation_id)
ORDER BY leader, conversation_id, first_index;
