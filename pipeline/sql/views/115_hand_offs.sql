-- Hand-overs within a conversation: an agent says so (the move hand_over, 0.5 or more, also of who takes over), or an agent
-- speaks who had not yet spoken. What lies at most two turns of agents apart is one: "siirrän sinut", "hetki", "täällä Maija".
--
-- Before are the customer's turns since the hand-over before it (or the start), after those until the next (or the end).
--
-- The story is told again where a turn after it says so (juuri kerroin, selitän taas; an earlier contact, effort), or where
-- the first three turns to who took over name three things again that were named before.

CREATE OR REPLACE MACRO places_of(tokens, words) AS
    list_filter(
        list_transform(tokens, lambda token, place: CASE WHEN list_contains(words, token.lemma) THEN place END),
        lambda place: place IS NOT NULL
    );

CREATE OR REPLACE MACRO says_told_again(tokens) AS  -- a word of telling at most four from one of just now or again
    list_bool_or(flatten(list_transform(
        places_of(tokens, ['kertoa', 'selittää', 'sanoa', 'kirjoittaa', 'puhua', 'luetella']),
        lambda telling: list_transform(
            places_of(tokens, ['äsken', 'äskeinen', 'juuri', 'just', 'justiin', 'taas', 'uudestaan', 'uudelleen', 'kerta']),
            lambda again: abs(telling - again) <= 4
        )
    ))) IS TRUE;

CREATE OR REPLACE MACRO things_named(tokens) AS
    [lower(token.lemma) FOR token IN tokens
        IF token.upos IN ('NOUN', 'PROPN', 'NUM') AND token.disfluency IS NULL
            AND len(token.lemma) > 2 AND token.lemma[1] <> '['];

CREATE OR REPLACE VIEW hand_offs AS
WITH agent_turns AS (
    SELECT conversation_id, utterance_index, hand_over_probability,
        row_number() OVER (PARTITION BY conversation_id ORDER BY utterance_index) AS turn_number,
        coalesce(
            utterance_index = min(utterance_index) OVER (PARTITION BY conversation_id, participant_key)
            AND utterance_index > min(utterance_index) FILTER (participant_key IS NOT NULL)
                OVER (PARTITION BY conversation_id)
            AND participant_key IS NOT NULL,
            false
        ) AS is_new_agent
    FROM utterances
    LEFT JOIN utterance_readings USING (conversation_id, utterance_index)
    WHERE speaker_role = 'agent'
),
events AS (
    SELECT *, count(*) FILTER (is_first) OVER (PARTITION BY conversation_id ORDER BY utterance_index) AS hand_off_number
    FROM (
        SELECT *, coalesce(turn_number - lag(turn_number) OVER turn > 2, true) AS is_first
        FROM agent_turns
        WHERE hand_over_probability >= 0.5 OR is_new_agent
        WINDOW turn AS (PARTITION BY conversation_id ORDER BY utterance_index)
    )
),
found AS (
    SELECT conversation_id,
        min(utterance_index) AS utterance_index,
        max(utterance_index) AS last_utterance_index,
        max(hand_over_probability) AS hand_over_probability,
        bool_or(is_new_agent) AS is_new_agent,
        lag(max(utterance_index), 1, -1) OVER numbered AS last_index_before,
        lead(min(utterance_index), 1, 2147483647) OVER numbered AS first_index_after
    FROM events
    GROUP BY conversation_id, hand_off_number
    WINDOW numbered AS (PARTITION BY conversation_id ORDER BY hand_off_number)
),
turns AS (
    SELECT conversation_id, utterance_index AS turn_index, touchpoint, counts, feeling, variance, feeling_source,
        CASE WHEN repeat_contact_probability IS NOT NULL OR effort_probability IS NOT NULL OR len(tokens) > 0 THEN
            coalesce(greatest(repeat_contact_probability, effort_probability) >= 0.5, false) OR says_told_again(tokens)
        END AS repeats,
        things_named(tokens) AS things
    FROM utterances
    SEMI JOIN found USING (conversation_id)
    LEFT JOIN utterance_touchpoints USING (conversation_id, utterance_index)
    LEFT JOIN customer_feelings USING (conversation_id, utterance_index)
    LEFT JOIN utterance_readings USING (conversation_id, utterance_index)
    LEFT JOIN utterance_scores USING (conversation_id, utterance_index)
    WHERE utterances.speaker_role = 'customer'
),
beside AS (
    SELECT found.*, turns.* EXCLUDE (conversation_id), turn_index > utterance_index AS is_after,
        turn_index > last_utterance_index AND count(*) FILTER (turn_index > last_utterance_index) OVER so_far <= 3 AS is_first
    FROM found
    LEFT JOIN turns ON turns.conversation_id = found.conversation_id
        AND turn_index > last_index_before AND turn_index < first_index_after
    WINDOW so_far AS (PARTITION BY found.conversation_id, utterance_index ORDER BY turn_index)
),
named AS (
    SELECT conversation_id, utterance_index,
        list_sort(list_intersect(
            flatten(list(things) FILTER (NOT is_after)), flatten(list(things) FILTER (is_first))
        )) AS things_again
    FROM beside
    GROUP BY conversation_id, utterance_index
),
compared AS (
    SELECT conversation_id, utterance_index,
        any_value(last_utterance_index) AS last_utterance_index,
        any_value(hand_over_probability) AS hand_over_probability,
        any_value(is_new_agent) AS is_new_agent,
        arg_max(touchpoint, turn_index) FILTER (NOT is_after) AS touchpoint_before,
        arg_min(touchpoint, turn_index) FILTER (turn_index > last_utterance_index) AS touchpoint_after,
        any_value(feeling_source) AS feeling_source,
        avg(feeling) FILTER (counts AND NOT is_after) AS mean_before,
        avg(feeling) FILTER (counts AND is_after) AS mean_after,
        sum(variance) FILTER (counts AND NOT is_after) / count(*) FILTER (counts AND NOT is_after) ** 2
            + sum(variance) FILTER (counts AND is_after) / count(*) FILTER (counts AND is_after) ** 2 AS variance,
        list(turn_index ORDER BY turn_index) FILTER (counts AND NOT is_after) AS before_indices,
        list(turn_index ORDER BY turn_index) FILTER (counts AND is_after) AS after_indices,
        bool_or(repeats OR names_again) FILTER (is_after) AS repeats_story,
        list(turn_index ORDER BY turn_index) FILTER ((repeats OR names_again) AND is_after) AS repeat_indices,
        any_value(things_again) FILTER (names_again) AS things_again
    FROM (
        SELECT *, is_first AND len(things_again) >= 3 AND list_has_any(things, things_again) AS names_again
        FROM beside
        JOIN named USING (conversation_id, utterance_index)
    )
    GROUP BY conversation_id, utterance_index
)
SELECT conversation_id, utterance_index, last_utterance_index, channel, started_date, customer_key,
    hand_over_probability, is_new_agent,
    coalesce(touchpoint_before, touchpoint) AS from_touchpoint,
    coalesce(touchpoint_after, touchpoint) AS to_touchpoint,
    feeling_source, mean_before, mean_after,
    mean_after - mean_before AS change,
    CASE WHEN mean_after - mean_before IS NOT NULL THEN sqrt(variance) END AS change_standard_error,
    repeats_story,
    coalesce(before_indices, []) AS before_indices,
    coalesce(after_indices, []) AS after_indices,
    coalesce(repeat_indices, []) AS repeat_indices,
    coalesce(things_again, []) AS things_again
FROM compared
JOIN conversations USING (conversation_id)
LEFT JOIN utterance_touchpoints USING (conversation_id, utterance_index);
COMMENT ON VIEW hand_offs IS 'Hand-overs from one agent to another within a conversation, and what the customer feels before and after: a row for each.';
COMMENT ON COLUMN hand_offs.conversation_id IS 'The conversation.';
COMMENT ON COLUMN hand_offs.utterance_index IS 'The agent''s turn with which it begins.';
COMMENT ON COLUMN hand_offs.last_utterance_index IS 'The agent''s turn with which it ends: often the first of who takes over.';
COMMENT ON COLUMN hand_offs.channel IS 'chat, call, email, in_person or social.';
COMMENT ON COLUMN hand_offs.started_date IS 'Day of the start in the configured zone.';
COMMENT ON COLUMN hand_offs.customer_key IS 'Keyed hash of the customer.';
COMMENT ON COLUMN hand_offs.hand_over_probability IS 'Highest probability that one of these turns hands over or takes over; below 0.5 where only the new agent tells of it. NULL: not read.';
COMMENT ON COLUMN hand_offs.is_new_agent IS 'Whether an agent speaks in them who had not yet spoken; needs a source that tells agents apart.';
COMMENT ON COLUMN hand_offs.from_touchpoint IS 'Where the customer''s last turn before it stands; without one, the hand-over itself.';
COMMENT ON COLUMN hand_offs.to_touchpoint IS 'Where the customer''s first turn after its last turn stands; without one, the hand-over itself.';
COMMENT ON COLUMN hand_offs.feeling_source IS 'context or turn: what the feelings were read by, as in customer_feelings.';
COMMENT ON COLUMN hand_offs.mean_before IS 'Mean feeling of the customer''s turns before it that count, since the last hand-over or the start, -1 to 1. NULL: none.';
COMMENT ON COLUMN hand_offs.mean_after IS 'Mean feeling of those after its beginning, until the next hand-over or the end. NULL: none.';
COMMENT ON COLUMN hand_offs.change IS 'mean_after minus mean_before, -2 to 2.';
COMMENT ON COLUMN hand_offs.change_standard_error IS 'Its standard error, carried from the probabilities of the turns.';
COMMENT ON COLUMN hand_offs.repeats_story IS 'Whether the customer tells it again: says so in any turn after it (juuri kerroin; or repeat_contact or effort, 0.5 or more), or names three things again (things_again). NULL: no turn, or neither cues nor words are known.';
COMMENT ON COLUMN hand_offs.before_indices IS 'The utterances that mean_before is of.';
COMMENT ON COLUMN hand_offs.after_indices IS 'The utterances that mean_after is of.';
COMMENT ON COLUMN hand_offs.repeat_indices IS 'The utterances that repeats_story is of.';
COMMENT ON COLUMN hand_offs.things_again IS 'Nouns, names and numbers (lemmas) of before that the first three turns to who took over name again; empty if fewer than three, or where the words are gone.';
