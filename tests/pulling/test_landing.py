"""A kill anywhere neither loses nor doubles, and what is no file yet is nobody's to read."""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.errors import PullError
from pipeline.pulling.landing import MAX_SEEN, Landing, State
from pipeline.pulling.pages import DropFile, Page
from pipeline.sources import find_files
from tests.conftest import ROOT
from tests.pulling.conftest import Reply, Server, Source
from tests.pulling.test_zendesk import Zendesk, asked_for


@pytest.fixture
def tickets(server: Server, source: Callable[..., Source]) -> Source:
    server.route = Zendesk(1, 2, 3, 4, 5)
    return source("zendesk", what="tickets")


KILLED = """
import os, sys
from datetime import date
from pathlib import Path
from pipeline.config import load_config
from pipeline.pulling import landing, pull_one
from pipeline.pulls import Pull

left = int(sys.argv[2])
def counted(real):
    def step(*arguments):
        global left
        left -= 1
        if not left:
            os._exit(9)
        return real(*arguments)
    return step

os.fsync, Path.replace = counted(os.fsync), counted(Path.replace)
pull_one(Pull("tuki", "zendesk", sys.argv[1], what="tickets", since=date(2026, 3, 1)), load_config())
"""


@pytest.mark.parametrize("step", [4, 5, 6, 7, 8])
def test_a_process_that_is_killed_goes_on_where_it_was(server: Server, tickets: Source, step: int) -> None:
    """Steps: 3 of the first state (on the disk, renamed, folder on the disk), 3 of the first page, 3 of its state."""
    server.now = None  # the process goes by the clock of the machine
    killed = subprocess.run([sys.executable, "-c", KILLED, server.url, str(step)], cwd=ROOT, timeout=60)
    assert killed.returncode == 9
    assert len(tickets.files()) == (step > 5), "the page has its name, or nothing has"
    assert tickets.state()["position"] is None, "the cursor has not moved yet"
    tickets.time.seconds += 7
    server.asked.clear()
    assert tickets.run().error == ""
    assert "start_time" in asked_for(server)[0], "the page is asked for again"
    assert [record["id"] for record in tickets.records()] == [1, 2, 3, 4, 5], "and has the same name"
    assert not list(tickets.folder.glob("*.unfinished"))


class Killed(BaseException):
    """What no code catches."""


@pytest.mark.parametrize("step", range(1, 19))
def test_every_step_on_the_disk_may_be_the_last(
    server: Server, tickets: Source, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    left = step

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def one(*arguments: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise Killed
            return real(*arguments)

        return one

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", counted(os.fsync))
        patched.setattr(Path, "replace", counted(Path.replace))
        with pytest.raises(Killed):
            tickets.run()
    tickets.time.pass_(100)
    assert tickets.run().error == ""
    assert [record["id"] for record in tickets.records()] == [1, 2, 3, 4, 5]
    assert len(tickets.files()) == 3


def test_a_night_reads_the_files_and_nothing_else_of_the_folder(tickets: Source) -> None:
    tickets.run()
    (tickets.folder / ".tuki.json.unfinished").write_text("half")
    found = [Path(str(getattr(file, "address", file))) for file in find_files([tickets.config.paths.landing])]
    assert found == tickets.files()
    tickets.run()
    assert not (tickets.folder / ".tuki.json.unfinished").exists(), "what a kill left is removed"


def test_a_storage_elsewhere_cannot_be_pulled_into(server: Server, tickets: Source) -> None:
    object.__setattr__(tickets.config.paths, "landing", "memory://in")
    assert "paths.landing is no folder of this machine" in tickets.run().error
    assert server.asked == []


def test_two_pulls_of_one_source_do_not_meet(tickets: Source) -> None:
    with Landing(tickets.folder, "tuki").alone():
        assert tickets.run().error == "tuki: another pull is going on: wait until it has ended."
    assert tickets.run().error == ""


def test_another_address_under_the_same_name_begins_anew(
    server: Server, other_server: Server, tickets: Source, source: Callable[..., Source]
) -> None:
    tickets.run()
    other_server.route = Zendesk(7)
    moved = source("zendesk", what="tickets")
    object.__setattr__(moved.pull, "url", other_server.url)
    assert moved.run().records == 1
    assert len(moved.files()) == 4, "what was pulled before stays, under its names"


def test_a_damaged_state_is_told_and_not_overwritten(tickets: Source) -> None:
    tickets.run()
    for text in ("", "{}", "[]", '{"source": 1'):
        (tickets.folder / ".state.json").write_text(text)
        assert ".state.json is damaged: delete it" in tickets.run().error
        assert (tickets.folder / ".state.json").read_text() == text


def test_a_folder_that_cannot_be_made_is_told(tickets: Source) -> None:
    tickets.folder.parent.mkdir(parents=True)
    tickets.folder.write_text("")
    assert "cannot be written" in tickets.run().error


def test_half_a_character_costs_no_page(tmp_path: Path) -> None:
    landing, state = Landing(tmp_path, "tuki"), State("x", began=0.0)
    landing.write_records(Page(None, records=({"id": 1, "text": "ä\ud83d"}, {"id": 2})), state)
    file = tmp_path / "tuki-19700101T000000Z-000000.json"
    assert json.loads(file.read_text("utf-8")) == [{"id": 1, "text": "ä\ud83d"}, {"id": 2}]


def test_what_is_remembered_has_an_end(tmp_path: Path) -> None:
    landing, state = Landing(tmp_path, "tuki"), State("x")
    state.seen = {str(number): 0.0 for number in range(MAX_SEEN + 5)}
    landing.save(state)
    assert list(landing.load("x").seen) == [str(number) for number in range(5, MAX_SEEN + 5)], "the oldest goes first"


def test_a_file_that_cannot_be_filled_leaves_nothing(tmp_path: Path) -> None:
    def broken(_: object) -> bool:
        raise PullError("gone")

    with pytest.raises(PullError):
        Landing(tmp_path, "tuki").write_file(DropFile("a.txt", broken))
    assert list(tmp_path.iterdir()) == []


def test_the_server_of_these_tests_answers_nothing_it_was_not_told(server: Server, tickets: Source) -> None:
    server.route = lambda _: Reply(status=404)
    assert "404" in tickets.run().error


@pytest.mark.parametrize("step", range(1, 8))
def test_a_full_disk_is_told_and_loses_nothing(
    server: Server, tickets: Source, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    left, real = step, os.fsync

    def full(handle: int) -> None:
        nonlocal left
        left -= 1
        if left <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(handle)

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert tickets.run().error == (
            f"tuki: {tickets.folder} cannot be written (No space left on device): check the disk and its permissions."
        )
    assert not list(tickets.folder.glob(".*.unfinished"))
    assert tickets.run().error == ""
    assert [record["id"] for record in tickets.records()] == [1, 2, 3, 4, 5]
