"""`tunnepolku share`: the folder, what it says, and what the check finds in one that was tampered with."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline import store
from pipeline.cli import main
from pipeline.config import Config
from pipeline.sharing import check_share, shareable
from pipeline.sharing.check import _solved
from pipeline.sharing.small_groups import _following
from tests.store.rows import add_run, answer, conversation, load

pytestmark = pytest.mark.slow

SMALL, SMALLEST_SHOWN = "muutto", "toimitus"
CUSTOMERS = {"laskutus": 12, "tekninen_tuki": 9, SMALLEST_SHOWN: 7, SMALL: 3}


@pytest.fixture
def published(config: Config, tmp_path: Path) -> Path:
    """A published night: four touchpoints, one of three customers, each customer in one channel, seven answers."""
    with store.opened(config.paths.published) as connection:
        store.migrate(connection)
        add_run(connection, "20261001T013000-abc123", status="published")
        contacts = [(touchpoint, number) for touchpoint, count in CUSTOMERS.items() for number in range(count)]
        talks = [
            conversation(
                f"{touchpoint}{number}", [("customer", -0.123456 * (number % 5)), ("agent", 0.2), ("customer", 0.4)],
                touchpoint=touchpoint, customer=customer, channel="chat" if number % 2 else "call",
            )
            for customer, (touchpoint, number) in enumerate(contacts)
        ]  # fmt: skip
        answers = [answer(f"a{number}", number + 2, conversation_id=f"laskutus{number}") for number in range(7)]
        load(connection, tmp_path, talks, answers, run="20261001T013000-abc123")
    return config.paths.published


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def share(folder: Path, *arguments: str) -> int:
    return main(["share", str(folder), *arguments])


def test_the_folder_holds_every_metric_that_may_leave_and_what_they_are(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out" / "lokakuu"
    assert share(folder) == 0
    assert {path.name for path in folder.iterdir()} == {"LUEMINUT.txt", *(f"{name}.csv" for name in shareable())}
    assert [path.name for path in folder.parent.iterdir()] == ["lokakuu"], "nothing half-written beside it"
    about = (folder / "LUEMINUT.txt").read_text("utf-8-sig")
    assert "20261001T013000-abc123" in about
    assert "Alle 5 henkilön ryhmien luvut on peitetty." in about
    assert all(f"  {name}.csv\n" in about for name in shareable())
    assert "is hidden" not in capsys.readouterr().err


def test_small_groups_are_hidden_and_the_smallest_with_them(published: Path, tmp_path: Path) -> None:
    share(tmp_path / "out")
    rows = {row["touchpoint"]: row for row in read(tmp_path / "out" / "touchpoints.csv")}
    for name in (SMALL, SMALLEST_SHOWN):
        told = {column for column, value in rows[name].items() if value}
        assert told == {"stage", "touchpoint", "is_hidden"}
        assert rows[name]["is_hidden"] == "TRUE"
    assert rows["laskutus"]["customer_count"] == "12"
    assert (rows["laskutus"]["respondent_count"], rows["laskutus"]["is_hidden"]) == ("7", "FALSE")
    assert not [
        row for row in read(tmp_path / "out" / "channels.csv") if row["touchpoint"] == SMALL and row["customer_count"]
    ]


def test_excel_in_finnish_reads_the_figures(published: Path, tmp_path: Path) -> None:
    share(tmp_path / "out", "--metric", "touchpoints")
    raw = (tmp_path / "out" / "touchpoints.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfstage;touchpoint;")
    (row,) = [row for row in read(tmp_path / "out" / "touchpoints.csv") if row["touchpoint"] == "laskutus"]
    mean = (0.4 * 12 - 0.123456 * (0 + 1 + 2 + 3 + 4 + 0 + 1 + 2 + 3 + 4 + 0 + 1)) / 24
    assert row["mean_sentiment"] == str(round(mean, 4)).replace(".", ",")


def test_what_is_hidden_does_not_depend_on_what_leaves_with_it(published: Path, tmp_path: Path) -> None:
    share(tmp_path / "all")
    share(tmp_path / "some", "--metric", "channels", "--metric", "recovery")
    assert {path.name for path in (tmp_path / "some").glob("*.csv")} == {"channels.csv", "recovery.csv"}
    for path in (tmp_path / "some").glob("*.csv"):
        assert path.read_bytes() == (tmp_path / "all" / path.name).read_bytes()


def test_the_floor_of_the_settings_decides(
    published: Path, config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pipeline.config import load_config

    monkeypatch.setenv("TUNNEPOLKU_PRIVACY__MIN_GROUP", "3")
    load_config.cache_clear()
    assert share(tmp_path / "out", "--metric", "touchpoints") == 0
    assert {row["customer_count"] for row in read(tmp_path / "out" / "touchpoints.csv")} == {"12", "9", "7", "3"}
    monkeypatch.setenv("TUNNEPOLKU_PRIVACY__MIN_GROUP", "5")
    load_config.cache_clear()
    assert share(tmp_path / "out", "--check") == 1


def test_without_a_folder_it_goes_to_the_exports(published: Path, config: Config) -> None:
    assert main(["share", "--metric", "nps"]) == 0
    assert (config.paths.exports / "20261001T013000-abc123" / "nps.csv").exists()
    assert main(["share", "--check"]) == 0


def test_a_folder_that_is_there_stays_as_it_is(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "out").mkdir()
    assert share(tmp_path / "out") == 2
    assert "is there already: name a new folder" in capsys.readouterr().err
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("name", "why"), [("before_after", "two dates"), ("complaints_despite_good_nps", "one answer")]
)
def test_what_stays_in_the_house_says_why(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, why: str
) -> None:
    assert share(tmp_path / "out", "--metric", name) == 2
    assert why in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_nothing_is_left_when_the_check_fails(
    published: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As if the hiding hid nothing: the check counts again."""
    monkeypatch.setattr("pipeline.sharing.hide_linked", lambda tables, floor: tables)
    assert share(tmp_path / "out") == 1
    told = capsys.readouterr().err
    assert "Groups of fewer than 5 people can be seen or computed in " in told
    assert "channels.csv (2)" in told
    assert not [path for path in tmp_path.iterdir() if "out" in path.name]


Cells = list[dict[str, str]]


def show(touchpoint: str, **values: str) -> Callable[[Cells], None]:
    """Put figures back into the row of a touchpoint."""

    def change(rows: Cells) -> None:
        (row,) = [row for row in rows if row["touchpoint"] == touchpoint]
        row.update(values)

    return change


def tamper(folder: Path, change: Callable[[Cells], None], name: str = "touchpoints") -> None:
    rows = read(folder / f"{name}.csv")
    change(rows)
    with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.parametrize(
    "change",
    [
        show(SMALL, customer_count="3"),
        show(SMALL, mean_sentiment="-0,1"),
        show(SMALLEST_SHOWN, customer_count="7"),  # not small, but then the total less all that is shown is
        show(SMALLEST_SHOWN, negative_share="0,5"),
    ],
    ids=["small", "its mean", "what hides it", "the mean of that"],
)
def test_the_check_finds_what_was_put_back(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Cells], None]
) -> None:
    share(tmp_path / "out")
    assert share(tmp_path / "out", "--check") == 0
    assert "No group under 5 people" in capsys.readouterr().out
    tamper(tmp_path / "out", change)
    assert share(tmp_path / "out", "--check") == 1
    assert "touchpoints.csv (1)" in capsys.readouterr().err


def test_the_check_finds_what_another_file_gives_away(published: Path, tmp_path: Path) -> None:
    """The parts of a hidden touchpoint add up to it, and it gives away the small one."""
    share(tmp_path / "out", "--metric", "touchpoints", "--metric", "recovery")
    tamper(tmp_path / "out", show(SMALLEST_SHOWN, customer_count="7"), "recovery")
    assert share(tmp_path / "out", "--check") == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda folder: (folder / "LUEMINUT.txt").unlink(), "There is no LUEMINUT.txt"),
        (lambda folder: (folder / "LUEMINUT.txt").write_text("Ajo: 20260101", "utf-8"), "of another night"),
        (lambda folder: (folder / "nps.csv").write_bytes(b"\xff"), "no file that"),
        (lambda folder: (folder / "nps.csv").write_bytes(b""), "no file that"),
        (lambda folder: (folder / "nps.csv").write_text("a;b\n1;2\n", "utf-8"), "lacks the columns month"),
        (
            lambda folder: (folder / "nps.csv").write_text("month;nps\n1999-01;2\n", "utf-8"),
            "that the database has not",
        ),
        (lambda folder: (folder / "own.csv").write_text("a;b\n1;2\n", "utf-8"), "no metric own"),
        (lambda folder: (folder / "before_after.csv").write_text("a;b\n", "utf-8"), "does not leave the house"),
    ],
)
def test_the_check_refuses_what_share_did_not_write(
    published: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], change: Callable[[Path], None], sentence: str
) -> None:
    share(tmp_path / "out")
    change(tmp_path / "out")
    assert share(tmp_path / "out", "--check") != 0
    assert sentence in capsys.readouterr().err


@pytest.mark.slow
def test_the_samples_leave_checked(sample_night: Path, config: Config, tmp_path: Path) -> None:
    """With the floor at 5 much of so small a company is hidden, and not all of any metric that has large groups."""
    assert share(tmp_path / "out", "--database", str(sample_night)) == 0
    with store.opened(sample_night, read_only=True) as connection:
        assert len(check_share(tmp_path / "out", connection, 5)) == len(shareable())
    for name in ("touchpoints", "channels", "emotions", "cues"):
        hidden = [row["is_hidden"] for row in read(tmp_path / "out" / f"{name}.csv")]
        assert {"TRUE", "FALSE"} == set(hidden), name


@pytest.mark.parametrize(
    ("sums", "solved"),
    [
        (({0, 1}, {1, 2}, {0, 2}), {0, 1, 2}),
        (({0, 1}, {1, 2}, {2, 3}, {3, 0}), set()),
        (({0, 1, 2}, {1, 2}, set()), {0}),
        ((), set()),
    ],
)
def test_both_solve_sums_alike(sums: tuple[set[int], ...], solved: set[int]) -> None:
    assert _solved(list(sums), 4) == solved
    assert _following([sorted(one) for one in sums], {0, 1, 2, 3}) == solved
