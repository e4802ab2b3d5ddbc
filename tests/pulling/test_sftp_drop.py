"""Files on an SFTP server of this machine, whose key is pinned."""

import asyncio
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import asyncssh
import pytest

from pipeline.config import Config
from pipeline.pulling import sftp_drop
from pipeline.pulls import Pull
from tests.pulling.conftest import SECRET, Source, Time

HOST_KEY, OTHER_KEY, USER_KEY = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(3))


class Files:
    """An SFTP server with the user `haku`, who has a password and a key."""

    def __init__(self, root: Path) -> None:
        self.root, self.port, self.connections, self.refuse = root, 0, 0, 0
        self.while_reading: Callable[[], None] = lambda: None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    async def _listen(self) -> Any:
        files = self

        class Server(asyncssh.SSHServer):
            def connection_made(self, connection: asyncssh.SSHServerConnection) -> None:
                files.connections += 1
                if files.refuse:
                    files.refuse -= 1
                    connection.abort()

            def begin_auth(self, username: str) -> bool:
                return True

            def password_auth_supported(self) -> bool:
                return True

            def validate_password(self, username: str, password: str) -> bool:
                return (username, password) == ("haku", SECRET)

            def public_key_auth_supported(self) -> bool:
                return True

            def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
                return username == "haku" and key.public_data == USER_KEY.public_data

        class Sftp(asyncssh.SFTPServer):
            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(files.root).encode())

            def read(self, file: Any, offset: int, size: int) -> bytes:
                files.while_reading()
                found: bytes = super().read(file, offset, size)
                return found

        listener = await asyncssh.listen(
            "127.0.0.1", 0, server_host_keys=[HOST_KEY], server_factory=Server, sftp_factory=Sftp
        )
        self.port = listener.get_port()
        return listener

    def close(self) -> None:
        async def stop() -> None:
            self._listener.close()
            await self._listener.wait_closed()
            await asyncio.sleep(0.01)

        asyncio.run_coroutine_threadsafe(stop(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Files]:
    root = tmp_path / "palvelin"
    (root / "vienti" / "alikansio").mkdir(parents=True)
    for name, content in {"a.csv": "yksi", "b.json": "kaksi", "c.csv": "kolme", "d.csv.part": "puoli"}.items():
        (root / "vienti" / name).write_text(content)
    (root / "vienti" / "linkki.csv").symlink_to("a.csv")
    files = Files(root)
    yield files
    files.close()


@pytest.fixture
def drop(config: Config, there: Files, time: Time, monkeypatch: pytest.MonkeyPatch) -> Source:
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", SECRET)
    pull = Pull("tuki", "sftp", f"sftp://127.0.0.1:{there.port}/vienti", user="haku", host_key=_public(HOST_KEY))
    return Source(replace(config, pull=(pull,)), time, pull)


def _public(key: asyncssh.SSHKey) -> str:
    return " ".join(key.export_public_key().decode().split()[:2])


def contents(drop: Source) -> list[str]:
    return sorted(file.read_text() for file in drop.files())


def test_the_files_of_the_folder_come_and_no_links_and_no_halves(drop: Source) -> None:
    pulled = drop.run()
    assert (pulled.error, pulled.files) == ("", 3)
    assert contents(drop) == ["kaksi", "kolme", "yksi"]
    assert {file.stat().st_mode & 0o777 for file in drop.files()} == {0o600}


def test_a_file_comes_again_only_if_its_size_or_time_changed(there: Files, drop: Source) -> None:
    drop.run()
    assert (drop.run().files, drop.run().left_out) == (0, {"known": 3})
    (there.root / "vienti" / "a.csv").write_text("uusi")
    os.utime(there.root / "vienti" / "a.csv", (1, 1))
    assert drop.run().files == 1
    assert contents(drop) == ["kaksi", "kolme", "uusi"]


def test_a_key_lets_in_too(drop: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", USER_KEY.export_private_key().decode())
    assert drop.run().error == ""
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", OTHER_KEY.export_private_key().decode())
    assert "does not let us in: correct user or the secret" in drop.run().error
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", "-----BEGIN RSA PRIVATE KEY-----\nx")
    assert "is not readable as one" in drop.run().error


def test_another_server_than_the_pinned_one_gets_nothing(there: Files, drop: Source) -> None:
    object.__setattr__(drop.pull, "host_key", _public(OTHER_KEY))
    pulled = drop.run()
    assert pulled.error == ("tuki: 127.0.0.1 is not the server of host_key: find out why before you change it.")
    assert there.connections == 1, "and is not asked again"
    assert not drop.time.waits


def test_a_wrong_password_is_told_and_tried_once(
    there: Files, drop: Source, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setenv("TUNNEPOLKU_PULL_TUKI", "arvaus-0815")
    error = drop.run().error
    assert "does not let us in" in error
    assert there.connections == 1
    assert "arvaus-0815" not in error + caplog.text


def test_a_connection_that_breaks_is_opened_again(there: Files, drop: Source) -> None:
    there.refuse = 2
    assert (drop.run().error, drop.time.waits) == ("", [1, 2])
    there.refuse = 99
    assert "broke off at the list of files again and again" in drop.run().error


def test_a_folder_that_is_not_there_is_told(drop: Source) -> None:
    object.__setattr__(drop.pull, "url", drop.pull.url + "/toinen")
    assert "does not give us the list of files: correct url" in drop.run().error


def test_a_file_that_grows_while_it_is_read_waits(there: Files, drop: Source) -> None:
    growing = there.root / "vienti" / "b.json"

    def grow() -> None:
        with growing.open("a") as file:
            file.write("!")

    there.while_reading = grow
    assert drop.run().error == ""
    assert len(drop.files()) == 2
    there.while_reading = lambda: None
    assert drop.run().files == 1
    assert growing.read_text() in contents(drop)


def test_a_night_that_is_over_ends_it(drop: Source) -> None:
    object.__setattr__(drop.time.clock, "monotonic", iter([0.0, 4000.0, 4000.0, 4000.0]).__next__)
    assert "time for one night is over" in drop.run().error


def test_neither_names_nor_secrets_are_logged(there: Files, drop: Source, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    (there.root / "vienti" / "0405550100.vtt").write_text("x")
    assert drop.run().error == ""
    of_ours = [record for record in caplog.records if record.threadName == "MainThread"]
    assert not [record for record in of_ours if "0405550100" in record.getMessage() or SECRET in record.getMessage()]
    assert not [file for file in drop.files() if "0405550100" in file.name]
    assert "0405550100" not in (drop.folder / ".state.json").read_text()


def test_what_the_person_at_the_machine_has_set_up_for_ssh_is_not_read(
    drop: Source, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "config").write_text("Host *\n  HostName muualla.example\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SSH_AUTH_SOCK", str(tmp_path / "agent"))
    assert drop.run().error == ""


def test_a_server_with_a_key_of_another_sort_gets_nothing(there: Files, drop: Source) -> None:
    key = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
    object.__setattr__(drop.pull, "host_key", _public(key))
    assert "has no key of the sort of host_key" in drop.run().error
    assert drop.files() == []


def test_a_server_that_nobody_vouched_for_is_refused_whatever_is_known_at_home(
    there: Files, drop: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the person at the machine has trusted it once."""
    (tmp_path / ".ssh").mkdir()
    (tmp_path / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{there.port} {_public(HOST_KEY)}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    object.__setattr__(drop.pull, "host_key", _public(OTHER_KEY))
    assert "is not the server of host_key" in drop.run().error
    assert drop.files() == []


def test_names_in_another_encoding_and_names_that_lead_elsewhere(there: Files, drop: Source) -> None:
    folder = os.fsencode(there.root / "vienti")
    for name in ("Päivä.csv".encode("latin-1"), "Päivä.csv".encode(), b"..\\..\\pois.csv", b"rivi\nvaihto.csv"):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(name)
    assert (drop.run().error, len(drop.files())) == ("", 6), "one that begins with a dot is none for us"
    assert {file.parent for file in drop.files()} == {drop.folder}
    assert all(re.fullmatch(r"tuki-[0-9a-f]{16}\.(csv|json)", file.name) for file in drop.files())
    assert drop.run().files == 0


def test_a_server_that_lies_about_names_writes_nowhere_else(
    there: Files, drop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = asyncssh.SFTPServer.scandir

    async def lying(self: Any, path: bytes) -> Any:
        async for entry in listed(self, path):
            if entry.filename == b"a.csv":
                entry.filename = b"x/../../../pois.csv"
            yield entry

    monkeypatch.setattr(asyncssh.SFTPServer, "scandir", lying)
    assert drop.run().files == 2
    assert not list(drop.folder.parent.rglob("pois*"))


def test_a_file_that_becomes_a_link_is_not_followed(
    there: Files, drop: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = asyncssh.SFTPServer.scandir
    file = there.root / "vienti" / "a.csv"
    (there.root / "salaisuus").write_text("kymmenen")

    async def swapping(self: Any, path: bytes) -> Any:
        async for entry in listed(self, path):
            yield entry
        if not file.is_symlink():
            file.unlink()
            file.symlink_to("../salaisuus")

    monkeypatch.setattr(asyncssh.SFTPServer, "scandir", swapping)
    assert drop.run().error == ""
    assert contents(drop) == ["kaksi", "kolme"]


def test_a_file_beyond_measure_is_not_fetched(drop: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sftp_drop, "MAX_FILE_BYTES", 4)
    assert "has a file larger than 0 MB: take it away from there" in drop.run().error
    assert contents(drop) == ["yksi"]
