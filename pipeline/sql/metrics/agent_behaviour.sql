-- description: How often does each team thank for a complaint, ask what the customer would prefer, decide on the spot, confirm, ask openly …?
-- grain: team (queue) and behaviour; teams of fewer agents or customers than privacy.min_group are left out
-- unit: turn_share 0…1 of the agents' turns; conversation_share 0…1 of their conversations, complaint_share of those in which the customer complains, each with its 95 % interval
-- people: agent_count, customer_count by queue, behaviour; present_agent_count, present_customer_count for present_count, turn_share, conversation_share, conversation_share_low, conversation_share_high, complaint_share, complaint_share_low, complaint_share_high; complaint_agent_count, complaint_customer_count, other_customer_count for complaint_count, complaint_share, complaint_share_low, complaint_share_high
FROM team_behaviour(NULL, NULL)
ORDER BY queue, behaviour;
