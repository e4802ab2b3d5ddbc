from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pipeline.sources.cells import moment, number, rating, rescaled, yes_or_no

HELSINKI = ZoneInfo("Europe/Helsinki")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1,25", 1.25),
        ("1.25", 1.25),
        ("1 234,5", 1234.5),
        ("1\u00a0234", 1234),
        ("−3", -3),
        ("1.234,5", 1234.5),
        ("07", 7),
    ],
)
def test_a_number_is_read_as_finns_write_it(cell, expected):
    assert number(cell) == expected


@pytest.mark.parametrize("cell", ["", "kaksi", "1,2,3", "1e5", "٧", "9" * 400, "--1", "0x7", "nan"])
def test_what_is_no_number_is_a_value_error(cell):
    with pytest.raises(ValueError, match="number"):
        number(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("8", 8), (" 8 ", 8), ("8,0", 8), ("8.00", 8), ("10 – Erittäin todennäköisesti", 10), ("0=En lainkaan", 0),
        ("7 (helppo)", 7), ("5 erittäin tyytyväinen", 5), ("1. Ei", 1),
    ],
)  # fmt: skip
def test_a_rating_is_its_number_with_or_without_a_label(cell, expected):
    assert rating(cell) == expected


@pytest.mark.parametrize("cell", ["", "7.5", "7,5", "+7", "-1", "kymmenen", "8-9", "2.3.2026", "1e1", "9" * 5000, "²"])
def test_what_is_no_whole_number_is_no_rating(cell):
    with pytest.raises(ValueError, match="rating"):
        rating(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("Kyllä", True), ("ei", False), ("Nej", False), ("Kyllä, heti", True), ("Ei – vielä", False), ("FALSE", False)],
)
def test_yes_and_no_in_three_languages(cell, expected):
    assert yes_or_no(cell) is expected


def test_words_of_ones_own_take_the_place_of_the_usual_ones():
    assert yes_or_no("Hoitui", ("hoitui",), ("jäi kesken",)) is True
    assert yes_or_no("jäi kesken", ("hoitui",), ("jäi kesken",)) is False
    for cell in ("kyllä", "ehkä"):
        with pytest.raises(ValueError, match="neither"):
            yes_or_no(cell, ("hoitui",), ("jäi kesken",))
    for cell in ("Ehkä", "e, kai", "2", ""):
        with pytest.raises(ValueError, match="neither"):
            yes_or_no(cell)


def test_another_scale_keeps_its_ends_and_its_middle():
    assert [rescaled(value, (1, 5), (1, 7)) for value in range(1, 6)] == [1, 3, 4, 5, 7]
    assert [rescaled(value, (1, 5), (1, 7), is_reversed=True) for value in range(1, 6)] == [7, 5, 4, 3, 1]
    assert [rescaled(value, (0, 10), (1, 7)) for value in (0, 5, 10)] == [1, 4, 7]
    assert [rescaled(value, (4, 10), (1, 5)) for value in (4, 7, 10)] == [1, 3, 5]
    assert [rescaled(value, (0, 1), (1, 5)) for value in (0, 1)] == [1, 5]
    for value in (0, 6):
        with pytest.raises(ValueError, match="outside"):
            rescaled(value, (1, 5), (1, 7))


@pytest.mark.parametrize("to", [(1, 7), (1, 5)])
@pytest.mark.parametrize("scale", [(1, 5), (1, 7), (0, 10), (4, 10), (1, 3)])
def test_rescaling_never_turns_an_order_round(scale, to):
    found = [rescaled(value, scale, to) for value in range(scale[0], scale[1] + 1)]
    assert found == sorted(found)
    assert [to[0] + to[1] - value for value in reversed(found)] == found  # the same from either end


@pytest.mark.parametrize(
    ("cell", "pattern", "expected"),
    [
        ("2.3.2026 9.21", "", "2026-03-02T07:21"), ("2.3.2026 klo 9:21:05", "", "2026-03-02T07:21:05"),
        ("02.03.2026", "", "2026-03-01T22:00"), ("29.3.2026 4.00", "", "2026-03-29T01:00"),
        ("2026-03-02 09:21:00", "", "2026-03-02T07:21"), ("2026-03-02T09:21Z", "", "2026-03-02T09:21"),
        ("03/02/2026 07:20:00 PM", "%m/%d/%Y %I:%M:%S %p", "2026-03-02T17:20"),
        ("1772436000", "unix", "2026-03-02T07:20"), ("1772436000000", "unix_ms", "2026-03-02T07:20"),
    ],
)  # fmt: skip
def test_a_time_becomes_utc(cell, pattern, expected):
    assert moment(cell, HELSINKI, pattern) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [("", ""), ("31.2.2026", ""), ("2.3.26", ""), ("2.3.2026 25.00", ""), ("eilen", ""), ("1.1.0001 0.00", ""),
     ("3/2/2026", ""), ("13/13/2026", "%m/%d/%Y"), ("1e300", "unix"), ("9" * 25, "unix"), ("-9999999999999", "unix")],
)  # fmt: skip
def test_what_is_no_time_is_a_value_error(cell, pattern):
    with pytest.raises(ValueError, match=r"\w"):
        moment(cell, HELSINKI, pattern)
