"""Tables in terminals of any width: nothing is cut, what does not fit lies on its side."""

import pytest
from rich.console import Console

from pipeline.cli import console
from pipeline.cli.console import plain_table, print_rows

COLUMNS = ["touchpoint", "customer_count", "mean_feeling", "example"]
ROWS = [
    ("laskutus", 34, -0.4029, "Lasku tuli taas kahteen kertaan, vaikka viimeksi luvattiin ettei tule"),
    ("muutos_ja_irtisanominen", 19, None, "Muutto meni hyvin"),
    ("toimitus", 26, 0.25, "[PERSON_1] kiittää :smile:"),
]


def printed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> list[str]:
    monkeypatch.setattr(console, "wide_console", lambda: Console(width=width, markup=False, emoji=False))
    print_rows(COLUMNS, ROWS)
    return capsys.readouterr().out.splitlines()


def words(lines: list[str]) -> list[str]:
    return sorted(" ".join(lines).replace("_ ", "_").split())


def test_a_wide_terminal_gets_a_line_for_each_row(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(monkeypatch, capsys, 200)
    assert [line.split()[:3] for line in lines] == [
        ["touchpoint", "customer_count", "mean_feeling"],
        ["laskutus", "34", "-0.403"],
        ["muutos_ja_irtisanominen", "19", "–"],
        ["toimitus", "26", "0.25"],
    ]
    assert lines[1].rstrip().endswith(ROWS[0][3])
    assert "[PERSON_1] kiittää :smile:" in lines[3], "no markup, no emoji"


def test_a_narrower_one_breaks_the_names_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(monkeypatch, capsys, 75)
    assert lines[0].split() == ["customer_", "mean_"]
    assert lines[1].split() == ["touchpoint", "count", "feeling", "example"]
    assert lines[2].split()[:3] == ["laskutus", "34", "-0.403"]


def test_a_narrow_one_gets_a_line_for_each_column(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = printed(monkeypatch, capsys, 70)
    first = lines[: lines.index("")]
    assert first[0].split() == ["touchpoint", "laskutus", "muutos_ja_irtisanominen"]
    assert first[1].split() == ["customer_count", "34", "19"]
    assert lines[len(first) + 1].split() == ["touchpoint", "toimitus"]


@pytest.mark.parametrize("width", range(52, 140))
def test_nothing_is_cut(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int) -> None:
    lines = printed(monkeypatch, capsys, width)
    assert max(map(len, lines)) <= width
    shown = words(lines)
    for row in ROWS:
        told = " ".join(
            "–" if value is None else f"{value:.3g}" if isinstance(value, float) else str(value) for value in row
        )
        assert all(shown.count(word) >= told.split().count(word) for word in told.split()), told


def test_a_table_without_rows_shows_its_names(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(console, "wide_console", lambda: Console(width=30))
    print_rows(COLUMNS, [])
    assert capsys.readouterr().out.split() == COLUMNS


def test_what_is_too_long_for_a_column_goes_on_below(capsys: pytest.CaptureFixture[str]) -> None:
    table = plain_table("rule", "n", right="n")
    table.add_row("tekninen_tuki.metadata.queue", "1")
    Console(width=20).print(table)
    folded = "".join(line.split()[0] for line in capsys.readouterr().out.splitlines()[1:])
    assert folded.replace("1", "") == "tekninen_tuki.metadata.queue"
