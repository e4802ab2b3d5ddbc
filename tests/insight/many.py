"""Many turns at once: straight into the tables, since staging a hundred thousand of them takes minutes."""

from typing import Any

from duckdb import DuckDBPyConnection
from numpy.typing import NDArray

from pipeline.insight.empathy import AGENT_MOVES

Columns = dict[str, NDArray[Any]]
"""conversation, turn, agent, team and place (numbers), is_agent, complains, feeling (-1…1), and moves by name."""


def fill(connection: DuckDBPyConnection, turns: Columns) -> None:
    """Load turns, one a row, each conversation of a customer of its own; `place` is the number of its touchpoint."""
    connection.register("given", turns)
    connection.execute("""
        INSERT INTO conversations BY NAME
        SELECT DISTINCT 'c' || conversation AS conversation_id, 'chat' AS channel, 'fi' AS language,
            'team ' || team AS queue, 'k' || conversation AS customer_key, 'batch' AS batch_id
        FROM given
    """)
    connection.execute("""
        INSERT INTO utterances BY NAME
        SELECT 'c' || conversation AS conversation_id, turn AS utterance_index, 'lasku' AS text,
            CASE WHEN is_agent THEN 'agent' ELSE 'customer' END AS speaker_role,
            CASE WHEN is_agent THEN 'a' || agent END AS participant_key,
            [{'token': 'lasku', 'lemma': 'lasku', 'upos': 'NOUN', 'normal': NULL, 'rule': NULL, 'disfluency': NULL,
                'sentence': 0}] AS tokens
        FROM given
    """)
    connection.execute("""
        INSERT INTO utterance_scores BY NAME
        SELECT 'c' || conversation AS conversation_id, turn AS utterance_index, 'neutral' AS sentiment,
            feeling AS sentiment_score, greatest(-feeling, 0) AS negative_probability,
            1 - abs(feeling) AS neutral_probability, greatest(feeling, 0) AS positive_probability,
            'm' AS model, '1' AS model_version, 'run' AS run_id, 0.1 AS joy_probability, 0.1 AS trust_probability,
            0.1 AS fear_probability, 0.1 AS surprise_probability, 0.1 AS sadness_probability,
            0.1 AS disgust_probability, 0.1 AS anger_probability, 0.1 AS anticipation_probability
        FROM given
    """)
    moves = ", ".join(f"{move}::DOUBLE AS {move}_probability" for move in AGENT_MOVES)
    connection.execute(f"""
        INSERT INTO utterance_readings BY NAME
        SELECT 'c' || conversation AS conversation_id, turn AS utterance_index, 'm' AS model, '1' AS model_version,
            'run' AS run_id, 0 AS repeat_contact_probability, 0 AS waiting_probability, {moves},
            CASE WHEN NOT is_agent THEN greatest(-feeling, 0) END AS negative_probability,
            CASE WHEN NOT is_agent THEN 1 - abs(feeling) END AS neutral_probability,
            CASE WHEN NOT is_agent THEN greatest(feeling, 0) END AS positive_probability
        FROM given
    """)
    connection.execute("""
        INSERT INTO conversation_touchpoints BY NAME
        SELECT 'c' || conversation AS conversation_id, 0 AS first_utterance_index, max(turn) AS last_utterance_index,
            'stage' AS stage, 'touchpoint ' || any_value(place) AS touchpoint, 'invented' AS rule
        FROM given GROUP BY conversation
    """)
    connection.execute("""
        INSERT INTO part_readings BY NAME
        SELECT 'c' || conversation AS conversation_id, 0 AS first_utterance_index,
            any_value(complains)::DOUBLE AS complaint_probability, 0 AS goal_yes_probability, 0 AS goal_no_probability,
            1 AS goal_unclear_probability, 0 AS ease_easy_probability, 0 AS ease_mixed_probability,
            0 AS ease_hard_probability, 0 AS repeat_contact_probability, 0 AS churn_probability,
            0 AS hand_over_probability, 'm' AS model, '1' AS model_version, 'run' AS run_id
        FROM given GROUP BY conversation
    """)
    connection.unregister("given")
