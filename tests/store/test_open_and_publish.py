"""One writer, many readers: opening, refusing to open, and replacing the published copy under the readers' eyes."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pipeline import store
from pipeline.errors import StoreError
from tests.store.rows import names_in

HOLD = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1], read_only=sys.argv[2] == "read")
print("open", flush=True)
for line in sys.stdin:
    print(*connection.execute(line).fetchone(), flush=True)
"""


@contextmanager
def other_process(path: Path, mode: str) -> Iterator[subprocess.Popen[str]]:
    """Another process that has the database open; it answers a query a line."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path), mode], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert ask(process, "") == "open"
        yield process
    finally:
        process.communicate(timeout=30)


def ask(process: subprocess.Popen[str], query: str) -> str:
    assert process.stdin
    assert process.stdout
    if query:
        process.stdin.write(query + "\n")
        process.stdin.flush()
    return process.stdout.readline().strip()


def write(path: Path, number: int) -> Path:
    with store.opened(path) as connection:
        connection.execute(f"CREATE OR REPLACE TABLE night AS SELECT {number} AS number")
        connection.execute("CHECKPOINT")
    return path


def number_in(path: Path) -> int:
    connection = store.open_published(path)
    with connection:
        return int(connection.execute("SELECT number FROM night").fetchall()[0][0])


# --- opening ---------------------------------------------------------------------------------------------------------


def test_opening_makes_the_folder_and_closes_at_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "new" / "folder" / "store.duckdb", 1)
    with other_process(path, "write") as process:
        assert ask(process, "SELECT number FROM night") == "1"


def test_the_connection_is_closed_when_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "store.duckdb"
    with pytest.raises(RuntimeError), store.opened(path):
        raise RuntimeError
    with other_process(path, "write") as process:
        assert ask(process, "SELECT 1") == "1"


def test_missing_database_is_not_made_by_a_reader(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "store.duckdb"
    with pytest.raises(StoreError, match=r"no database at .*tunnepolku run"), store.opened(path, read_only=True):
        pass
    with pytest.raises(StoreError, match=r"Nothing has been published .*tunnepolku run"):
        store.open_published(path)
    assert not path.parent.exists()


def test_readers_cannot_write(tmp_path: Path) -> None:
    path = write(tmp_path / "store.duckdb", 1)
    with store.opened(path, read_only=True) as reader, pytest.raises(Exception, match="read-only"):
        reader.execute("DELETE FROM night")
    with store.open_published(path) as reader, pytest.raises(Exception, match="read-only"):
        reader.execute("DELETE FROM night")


@pytest.mark.parametrize("read_only", [False, True])
def test_database_another_process_writes_is_refused(tmp_path: Path, read_only: bool) -> None:
    path = write(tmp_path / "store.duckdb", 1)
    with (
        other_process(path, "write"),
        pytest.raises(StoreError, match="in use by another process"),
        store.opened(path, read_only=read_only),
    ):
        pass


@pytest.mark.parametrize("content", [b"", b"x", "ei mikään tietokanta ".encode() * 1000], ids=["empty", "tiny", "text"])
@pytest.mark.parametrize("read_only", [False, True])
def test_other_files_are_refused_and_left_alone(tmp_path: Path, content: bytes, read_only: bool) -> None:
    path = tmp_path / "store.duckdb"
    path.write_bytes(content)
    with pytest.raises(StoreError, match="no DuckDB file"), store.opened(path, read_only=read_only):
        pass
    with pytest.raises(StoreError, match="cannot be opened as a DuckDB file"):
        store.open_published(path)
    assert path.read_bytes() == content


def test_half_a_database_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "store.duckdb", 1)
    path.write_bytes(path.read_bytes()[:20_000])
    with pytest.raises(StoreError, match="no DuckDB file"), store.opened(path):
        pass


def test_folder_that_cannot_be_made_is_an_error_of_ours(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StoreError), store.opened(tmp_path / "data" / "store.duckdb"):
        pass


# --- publishing ------------------------------------------------------------------------------------------------------


def test_published_copy_is_the_database(tmp_path: Path) -> None:
    database, published = write(tmp_path / "store.duckdb", 1), tmp_path / "new" / "folder" / "published.duckdb"
    store.publish(database, published)
    assert published.read_bytes() == database.read_bytes()
    assert number_in(published) == 1
    assert names_in(published.parent) == [published.name]


def test_open_readers_keep_the_old_night_and_new_ones_see_the_new(tmp_path: Path) -> None:
    database, published = write(tmp_path / "store.duckdb", 1), tmp_path / "published.duckdb"
    store.publish(database, published)
    with other_process(published, "read") as reader:
        store.publish(write(database, 2), published)
        assert ask(reader, "SELECT number FROM night") == "1"
        assert number_in(published) == 2
        with other_process(published, "read") as newcomer:
            assert ask(newcomer, "SELECT number FROM night") == "2"
        assert ask(reader, "SELECT number FROM night") == "1"


def test_publishing_needs_no_reader_to_leave(tmp_path: Path) -> None:
    """The database itself stays free too while the published copy is read."""
    database, published = write(tmp_path / "store.duckdb", 1), tmp_path / "published.duckdb"
    store.publish(database, published)
    with other_process(published, "read"):
        for number in (2, 3):
            store.publish(write(database, number), published)
    assert number_in(published) == 3


def test_target_that_cannot_be_replaced_keeps_its_content(tmp_path: Path) -> None:
    database, published = write(tmp_path / "store.duckdb", 1), tmp_path / "out" / "published.duckdb"
    (published / "kept").mkdir(parents=True)
    with pytest.raises(StoreError, match=r"published\.duckdb cannot be written"):
        store.publish(database, published)
    assert names_in(published.parent) == [published.name]
    assert names_in(published) == ["kept"]


def test_target_under_a_file_is_an_error_of_ours(tmp_path: Path) -> None:
    database = write(tmp_path / "store.duckdb", 1)
    (tmp_path / "out").write_text("a file where the folder should be")
    with pytest.raises(StoreError, match="cannot be written"):
        store.publish(database, tmp_path / "out" / "published.duckdb")


def test_a_full_disk_leaves_the_old_copy_and_nothing_else(tmp_path: Path) -> None:
    """The disk is full for one process only: its files may not grow over 100 kB, and the database is larger."""
    database, published = write(tmp_path / "store.duckdb", 1), tmp_path / "out" / "published.duckdb"
    store.publish(database, published)
    assert database.stat().st_size > 100_000
    code = """
import resource, signal, sys
from pathlib import Path
from pipeline import store
from pipeline.errors import StoreError
from tests.store.rows import names_in
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    store.publish(Path(sys.argv[1]), Path(sys.argv[2]))
except StoreError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(write(database, 2)), str(published)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "cannot be written" in done.stdout
    assert number_in(published) == 1
    assert names_in(published.parent) == [published.name]
