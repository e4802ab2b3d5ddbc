-- Waits, silences and who talks, where the source has a time for every turn. A conversation whose turns all have an end (calls)
-- is measured from the end of a turn to the start of the next; one without ends (chats, mail) from message to message of
-- different speakers, so that a gap there holds the writing too.

CREATE OR REPLACE VIEW timing AS
WITH timed AS (
    SELECT utterances.conversation_id, utterance_index, speaker_role, seconds, end_seconds,
        is_back_channel(turn_words(tokens)) AS is_back_channel,
        count(end_seconds) OVER whole = count(*) OVER whole AS has_ends
    FROM utterances
    WINDOW whole AS (PARTITION BY conversation_id)
    QUALIFY count(seconds) OVER whole = count(*) OVER whole
),
gaps AS (
    SELECT *,
        CASE WHEN has_ends THEN seconds - max(end_seconds) OVER before
            WHEN speaker_role <> lag(speaker_role) OVER turn THEN seconds - lag(seconds) OVER turn END AS gap,
        CASE WHEN gap < 0 THEN 0 ELSE gap END AS silence,
        seconds < max(end_seconds) FILTER (speaker_role = 'customer') OVER before
            AND speaker_role = 'agent' AND has_ends AND NOT is_back_channel AS agent_interrupts,
        seconds < max(end_seconds) FILTER (speaker_role = 'agent') OVER before
            AND speaker_role = 'customer' AND has_ends AND NOT is_back_channel AS customer_interrupts
    FROM timed
    WINDOW turn AS (PARTITION BY conversation_id ORDER BY seconds, utterance_index),
        before AS (PARTITION BY conversation_id ORDER BY seconds, utterance_index
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
),
replies AS (
    SELECT conversation_id, utterance_index,
        greatest(0, seconds - CASE WHEN has_ends THEN last_end ELSE max(unanswered_since) OVER turn END) AS wait
    FROM (
        SELECT *,
            lag(speaker_role) OVER turn AS last_role,
            lag(end_seconds) OVER turn AS last_end,
            CASE WHEN speaker_role = 'customer' AND last_role IS DISTINCT FROM 'customer' THEN seconds END AS unanswered_since
        FROM timed
        WHERE speaker_role IN ('customer', 'agent')
        WINDOW turn AS (PARTITION BY conversation_id ORDER BY seconds, utterance_index)
    )
    WINDOW turn AS (PARTITION BY conversation_id ORDER BY seconds, utterance_index)
    QUALIFY speaker_role = 'agent' AND last_role = 'customer'
),
waits AS (
    SELECT conversation_id,
        arg_min(wait, utterance_index) AS first_response_wait_seconds,
        max(wait) AS longest_wait_seconds,
        arg_max(utterance_index, (wait, -utterance_index)) AS longest_wait_index,
        arg_max(touchpoint, (wait, -utterance_index)) AS longest_wait_touchpoint
    FROM replies
    LEFT JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    GROUP BY conversation_id
),
spoken AS (
    SELECT conversation_id,
        any_value(has_ends) AS has_ends,
        max(silence) AS longest_silence_seconds,
        arg_max(utterance_index, (silence, -utterance_index)) FILTER (silence > 0) AS longest_silence_index,
        coalesce(sum(silence), 0) AS total_silence_seconds,
        sum(end_seconds - seconds) AS talk,
        coalesce(sum(end_seconds - seconds) FILTER (speaker_role = 'agent'), 0) AS agent_talk,
        coalesce(sum(end_seconds - seconds) FILTER (speaker_role = 'customer'), 0) AS customer_talk,
        count(*) FILTER (agent_interrupts) AS agent_interruptions,
        count(*) FILTER (customer_interrupts) AS customer_interruptions,
        list(utterance_index ORDER BY utterance_index) FILTER (agent_interrupts OR customer_interrupts) AS interruptions
    FROM gaps
    GROUP BY conversation_id
),
felt AS (
    SELECT conversation_id,
        any_value(feeling_source) AS feeling_source,
        arg_min(feeling, utterance_index) AS feeling_after_wait,
        min(utterance_index) AS feeling_after_wait_index
    FROM waits
    JOIN customer_feelings USING (conversation_id)
    WHERE counts AND utterance_index > longest_wait_index
    GROUP BY conversation_id
)
SELECT conversation_id, channel, started_date, customer_key, coalesce(has_ends, false) AS has_ends,
    first_response_wait_seconds, longest_wait_seconds, longest_wait_index, longest_wait_touchpoint, feeling_source,
    feeling_after_wait, feeling_after_wait_index, longest_silence_seconds, longest_silence_index, total_silence_seconds,
    CASE WHEN has_ends THEN agent_talk / nullif(talk, 0) END AS agent_talk_share,
    CASE WHEN has_ends THEN customer_talk / nullif(talk, 0) END AS customer_talk_share,
    CASE WHEN has_ends THEN agent_interruptions END AS agent_interruption_count,
    CASE WHEN has_ends THEN customer_interruptions END AS customer_interruption_count,
    CASE WHEN has_ends THEN coalesce(interruptions, []) END AS interruption_indices
FROM conversations
LEFT JOIN spoken USING (conversation_id)
LEFT JOIN waits USING (conversation_id)
LEFT JOIN felt USING (conversation_id);
COMMENT ON VIEW timing IS 'Waits, silences, interruptions and who talks: a row for each conversation; NULL where not every turn has a time. Chats have no end of a turn: their gaps are from message to message.';
COMMENT ON COLUMN timing.conversation_id IS 'The conversation.';
COMMENT ON COLUMN timing.channel IS 'chat, call, email, in_person or social.';
COMMENT ON COLUMN timing.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN timing.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN timing.has_ends IS 'Whether every turn has a start and an end: then gaps are from the end of a turn to the start of the next.';
COMMENT ON COLUMN timing.first_response_wait_seconds IS 'From the customer''s first message to the agent''s next: in chats from the first message that has no answer yet, in calls from when the customer stops talking. What they queued before is in no transcript.';
COMMENT ON COLUMN timing.longest_wait_seconds IS 'Longest wait for the agent''s next turn, counted in the same way; bots do not count.';
COMMENT ON COLUMN timing.longest_wait_index IS 'The agent''s utterance that ended it; of equals the first.';
COMMENT ON COLUMN timing.longest_wait_touchpoint IS 'Where on the service path it was.';
COMMENT ON COLUMN timing.feeling_source IS 'context or turn: what the feeling after it was read by, as in customer_feelings.';
COMMENT ON COLUMN timing.feeling_after_wait IS 'Feeling of the customer''s next turn that counts, -1 to 1 (customer_feelings). NULL: none.';
COMMENT ON COLUMN timing.feeling_after_wait_index IS 'That utterance.';
COMMENT ON COLUMN timing.longest_silence_seconds IS 'Longest gap in which nobody talks; in chats between messages of different speakers. NULL: one turn, or one speaker in a chat.';
COMMENT ON COLUMN timing.longest_silence_index IS 'The utterance that ended it; NULL where there is none.';
COMMENT ON COLUMN timing.total_silence_seconds IS 'Sum of all such gaps.';
COMMENT ON COLUMN timing.agent_talk_share IS 'Share of all talking time that is the agent''s, 0-1; NULL without ends.';
COMMENT ON COLUMN timing.customer_talk_share IS 'Share that is the customer''s; bots and unknown speakers make up the rest.';
COMMENT ON COLUMN timing.agent_interruption_count IS 'Agent''s turns that begin before a turn of the customer has ended, without those that only keep the talk going (joo, mm). NULL without ends.';
COMMENT ON COLUMN timing.customer_interruption_count IS 'The same of the customer.';
COMMENT ON COLUMN timing.interruption_indices IS 'The utterances that interrupt.';
