"""The metric bond: an interaction that was planted is found, and none where there is none."""

from collections.abc import Mapping

import numpy as np
import pytest
from duckdb import DuckDBPyConnection

from pipeline import store

GROUPS = {(past, is_complaint): 60 for past in ("warm", "cold") for is_complaint in (False, True)}
EVEN = {("warm", False): 0.6, ("warm", True): 0.3, ("cold", False): 0.5, ("cold", True): 0.2}
"""The share of promoters, all others detractors: a complaint costs 60 points either way."""
FORGIVING = {**EVEN, ("cold", False): 0.7, ("cold", True): 0.05, ("warm", True): 0.55}
"""It costs 10 points after a warm past and 130 after a cold one: 120 fewer."""


def fill(connection: DuckDBPyConnection, promoters: Mapping[tuple[str, bool], float], seed: int) -> None:
    """60 customers of each group: a contact in the past, another that may be a complaint, an answer about that."""
    draw = np.random.default_rng(seed)
    past, is_complaint = zip(*[group for group, size in GROUPS.items() for _ in range(size)], strict=True)
    shares = np.array([promoters[group] for group in zip(past, is_complaint, strict=True)])
    connection.register("drawn", {
        "id": np.arange(len(past)), "past": np.where(np.array(past) == "warm", 0.4, -0.4),
        "complaint": np.where(is_complaint, 0.9, 0.1), "rating": np.where(draw.random(len(past)) < shares, 10, 3),
    })  # fmt: skip
    connection.execute("""
        DELETE FROM conversations; DELETE FROM utterances; DELETE FROM utterance_readings; DELETE FROM part_readings;
        DELETE FROM survey_responses;
        INSERT INTO conversations BY NAME SELECT day || '-' || id AS conversation_id, 'fi' AS language, 'b' AS batch_id,
            'chat' AS channel, id::VARCHAR AS customer_key, TIMESTAMP '2026-09-01' + to_days(day) AS started_at
        FROM drawn, (SELECT unnest([0, 9]) AS day);
        INSERT INTO utterances BY NAME SELECT '0-' || id AS conversation_id, 0 AS utterance_index, 'moi' AS text,
            'customer' AS speaker_role, [] AS tokens FROM drawn;
        INSERT INTO utterance_readings
        SELECT '0-' || id, 0, (1 - past) / 2, 0, (1 + past) / 2, past, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 'm', '1', 'run'
        FROM drawn;
        INSERT INTO part_readings
        SELECT '9-' || id, 0, 0, 0, 1, 0, 0, 0, complaint, 0, 0, 0, 'm', '1', 'run' FROM drawn;
        INSERT INTO survey_responses BY NAME SELECT id::VARCHAR AS response_id, '9-' || id AS conversation_id,
            now() AS responded_at, today() AS responded_date, rating AS nps_rating, [] AS tokens, 'b' AS batch_id
        FROM drawn;
    """)


def forgiveness(connection: DuckDBPyConnection) -> tuple[float, float, float]:
    columns, found = store.run_metric(connection, "bond", {})
    assert [dict(zip(columns, row, strict=True))["customer_count"] for row in found] == [60] * 4
    places = [columns.index(f"forgiveness{end}") for end in ("", "_low", "_high")]
    (shown,) = {tuple(row[place] for place in places) for row in found}
    return shown


@pytest.mark.parametrize("seed", range(5))
def test_a_planted_interaction_is_found(connection: DuckDBPyConnection, seed: int) -> None:
    fill(connection, FORGIVING, seed)
    estimate, low, high = forgiveness(connection)
    assert 0 < low < estimate < high
    assert low < 120 < high


def test_none_is_found_where_there_is_none(connection: DuckDBPyConnection) -> None:
    """Of twenty samples at most three miss it: more happen once in 60 times."""
    covered = 0
    for seed in range(20):
        fill(connection, EVEN, seed)
        _, low, high = forgiveness(connection)
        covered += low <= 0 <= high
    assert covered >= 17
