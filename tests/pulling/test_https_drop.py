"""Files on a web server: a listing or a list, each once in each version."""

import gzip
from collections.abc import Callable
from typing import Any

import pytest

from pipeline.pulling import drop, https_drop
from tests.pulling.conftest import SECRET, Reply, Request, Server, Source

LISTING = """<html><head><title>Index of /vienti</title></head><body><h1>Index of /vienti</h1><pre>
<a href="?C=N;O=D">Name</a> <a href="/">Parent</a> <a href="../">..</a> <a href="alikansio/">alikansio/</a>
{links}
<a href="https://muualla.example/x.json">muualla</a> <a name="ankkuri">x</a></pre></body></html>"""


class Drop:
    """A web server with a folder; each file has a version."""

    def __init__(self, **files: bytes) -> None:
        self.files = {name.replace("_", "."): (content, 1) for name, content in files.items()}
        self.validators = "etag"

    def put(self, name: str, content: bytes) -> None:
        self.files[name] = (content, self.files.get(name, (b"", 0))[1] + 1)

    def __call__(self, request: Request) -> Reply:
        name = request.path.removeprefix("/vienti/")
        if not name:
            links = "\n".join(f'<a href="{name}">{name}</a>' for name in self.files)
            return Reply(LISTING.format(links=links).encode())
        if name not in self.files:
            return Reply(status=404)
        content, version = self.files[name]
        headers = {
            "etag": {"ETag": f'"v{version}"'},
            "last-modified": {"Last-Modified": f"Mon, 02 Mar 2026 07:15:{version:02d} GMT"},
            "": {},
        }[self.validators]
        asked = request.headers.get("if-none-match") or request.headers.get("if-modified-since")
        return Reply(status=304) if asked and asked in headers.values() else Reply(content, headers=headers)


@pytest.fixture
def files(server: Server, source: Callable[..., Source]) -> Source:
    server.route = Drop(a_csv=b"yksi", b_json=b"kaksi", c_csv=b"kolme")
    return source("https", "/vienti/", what="*")


def contents(files: Source) -> list[bytes]:
    return sorted(file.read_bytes() for file in files.files())


def downloads(server: Server) -> list[str]:
    return [path.removeprefix("/vienti/") for path in server.paths() if path != "/vienti/"]


def test_the_files_of_the_folder_come_and_no_others(server: Server, files: Source) -> None:
    pulled = files.run()
    assert (pulled.error, pulled.files, pulled.records) == ("", 3, 0)
    assert contents(files) == [b"kaksi", b"kolme", b"yksi"]
    assert downloads(server) == ["a.csv", "b.json", "c.csv"]


def test_only_files_that_fit_the_pattern_come(server: Server, files: Source) -> None:
    object.__setattr__(files.pull, "what", "*.csv")
    server.route.put("d.csv.part", b"puoli")
    server.route.put(".e.csv", b"piilossa")
    object.__setattr__(files.pull, "what", "*.csv*")
    assert files.run().files == 2


@pytest.mark.parametrize("validators", ["etag", "last-modified"])
def test_a_file_comes_again_only_if_it_changed(server: Server, files: Source, validators: str) -> None:
    server.route.validators = validators
    files.run()
    before = [file.name for file in files.files()]
    assert files.run().files == 0
    server.route.put("b.json", b"kaksi ja puoli")
    assert files.run().files == 1
    assert contents(files) == [b"kaksi ja puoli", b"kolme", b"yksi"]
    assert [file.name for file in files.files()] == before, "the new version takes the place of the old"


def test_without_a_version_a_file_is_fetched_each_time(server: Server, files: Source) -> None:
    server.route.validators = ""
    files.run()
    assert files.run().files == 3
    assert len(files.files()) == 3


def test_names_tell_of_nobody_but_keep_a_time(server: Server, files: Source) -> None:
    server.route = Drop()
    for name in ("0405550100_20260302-091503.vtt", "Virtanen Matti 2026-03-02.json.gz", "050-555-0100"):
        server.route.put(name.replace(" ", "%20"), name.encode())
    files.run()
    names = [file.name for file in files.files()]
    assert not [name for name in names if "0405550100" in name or "Virtanen" in name or "555" in name]
    assert [name.startswith("tuki-2026") for name in names] == [True, True, False]
    assert names[0].startswith("tuki-2026-03-02-")
    assert names[1].startswith("tuki-20260302-091503-")
    assert {"".join(file.suffixes) for file in files.files()} == {".vtt", ".json.gz", ""}
    assert "Virtanen" not in (files.folder / ".state.json").read_text()


@pytest.mark.parametrize(
    ("name", "time"),
    [("a_20260302.wav", "20260302"), ("2026-03-02T07:15:03Z.json", "2026-03-02T07:15:03Z"), ("p_20261302.wav", ""),
     ("120260302.wav", ""), ("202603021.wav", ""), ("x_2026.03.02 09.15.csv", "2026.03.02 09.15")],
)  # fmt: skip
def test_which_times_a_name_keeps(name: str, time: str) -> None:
    assert drop.local_name(name).rpartition(".")[0].rpartition("-")[0] == time


def test_a_download_that_breaks_leaves_no_file(server: Server, files: Source) -> None:
    folder = server.route
    server.route = lambda request: Reply(b"kaksi", cut=3) if request.path.endswith("b.json") else folder(request)
    pulled = files.run()
    assert "the connection broke at a file (RemoteProtocolError)" in pulled.error
    assert contents(files) == [b"yksi"]
    assert not list(files.folder.glob(".*.unfinished"))
    server.route = folder
    assert files.run().error == ""
    assert contents(files) == [b"kaksi", b"kolme", b"yksi"]


def test_a_file_of_unknown_length_is_not_taken(server: Server, files: Source) -> None:
    folder = server.route
    server.route = lambda request: (
        Reply(b"kak", tells_length=False) if request.path.endswith("b.json") else folder(request)
    )
    assert "nobody could tell it is whole" in files.run().error


def test_more_files_than_a_page_go_on_after_a_break(
    server: Server, files: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop, "FILES_A_PAGE", 2)
    folder = server.route
    server.route = lambda request: Reply(status=403) if request.path.endswith("c.csv") else folder(request)
    assert files.run().files == 2
    server.route = folder
    server.asked.clear()
    assert files.run().files == 1
    assert server.asked[1].headers["if-none-match"] == '"v1"', "the first page is known"


@pytest.mark.parametrize(
    "manifest",
    [
        b"# viety tiedostot\n/vienti/a.csv?sig=1\n\nb.json\n",
        b'["/vienti/a.csv?sig=1", "b.json"]',
        b'[{"url": "/vienti/a.csv?sig=1", "size": 4}, {"url": "b.json"}]',
    ],
    ids=["lines", "addresses", "objects"],
)
def test_a_list_of_addresses(server: Server, source: Callable[..., Source], manifest: bytes) -> None:
    folder = Drop(a_csv=b"yksi", b_json=b"kaksi", c_csv=b"kolme")
    server.route = lambda request: Reply(manifest) if request.path == "/vienti/lista" else folder(request)
    files = source("https", "/vienti/lista", what="*")
    assert files.run().error == ""
    assert contents(files) == [b"kaksi", b"yksi"]
    assert server.asked[1].query == {"sig": "1"}
    manifest = manifest.replace(b"sig=1", b"sig=2")
    assert files.run().files == 0, "another signature is no other file"


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        (b"https://muualla.example/a.csv", "another host"),
        (b'["//muualla.example/a.csv"]', "another host"),
        (b"ftp://127.0.0.1/a.csv", "another host"),
        (b"<html>", "end it in /"),
        (b'{"a": 1}', "no array of addresses"),
        (b"[1]", "no array of addresses"),
        (b"[" * 10**5, "no array of addresses"),
    ],
)
def test_a_list_of_something_else(server: Server, source: Callable[..., Source], manifest: bytes, told: str) -> None:
    server.route = lambda request: Reply(manifest)
    assert told in source("https", "/lista", what="*").run().error


def test_a_drop_may_ask_for_nothing_for_a_token_or_for_a_password(
    server: Server, source: Callable[..., Source], monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route = Drop()
    source("https", "/vienti/", what="*").run()
    source("https", "/vienti/", what="*", user="haku").run()
    files = source("https", "/vienti/", what="*")
    monkeypatch.delenv("TUNNEPOLKU_PULL_TUKI")
    assert files.run().error == ""
    found = [request.headers.get("authorization", "") for request in server.asked]
    assert found == [f"Bearer {SECRET}", "Basic aGFrdTpodW5hamFtZWxvbmktNDcxMQ==", ""]


def test_an_empty_folder_is_no_error(server: Server, files: Source) -> None:
    server.route = Drop()
    pulled = files.run()
    assert (pulled.error, pulled.files, files.files()) == ("", 0, [])


def test_errors_do_not_tell_names(server: Server, files: Source) -> None:
    folder: Any = Drop()
    folder.put("0405550100.vtt", b"x")
    server.route = lambda request: Reply(status=403) if "0405550100" in request.path else folder(request)
    assert "0405550100" not in files.run().error


def test_addresses_that_differ_behind_their_question_mark_alone_are_refused(
    server: Server, source: Callable[..., Source]
) -> None:
    """Both would have one name, and the second would take the place of the first."""
    server.route = lambda _: Reply(b"/lataa?tiedosto=1\n/lataa?tiedosto=2\n")
    assert "differ behind their ? alone" in source("https", "/lista", what="*").run().error


def test_names_that_lead_elsewhere_lead_nowhere(server: Server, files: Source) -> None:
    names = (
        "%2e%2e%2fpois.csv",
        "%2e%2e",
        "..%2f..%2f..%2fpois.csv",
        "a%00b.csv",
        "%5c..%5cpois.csv",
        "rivi%0avaihto.csv",
    )
    links = "".join(f'<a href="{name}">x</a>' for name in names)
    server.route = lambda request: Reply(links.encode() if request.path == "/vienti/" else b"x")
    assert files.run().error == ""
    assert {file.parent for file in files.files()} == {files.folder}
    assert not list(files.folder.parent.rglob("*pois*"))


def test_a_file_and_a_list_beyond_measure_end_the_pull(
    server: Server, files: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.route.put("b.json", b"x" * (3 << 20))
    monkeypatch.setattr(https_drop, "MAX_FILE_BYTES", 1 << 20)
    assert "a file is larger than 1 MB" in files.run().error
    assert contents(files) == [b"yksi"]
    assert not list(files.folder.glob(".*.unfinished"))
    server.route = lambda _: Reply(b" " * (3 << 20))
    monkeypatch.setattr(https_drop, "MAX_LIST_BYTES", 1 << 20)
    assert "the list of files is larger than 1 MB" in files.run().error


def test_a_file_that_unpacks_to_more_than_it_says_ends_the_pull(
    server: Server, files: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = server.route
    bomb = Reply(gzip.compress(bytes(8 << 20)), headers={"Content-Encoding": "gzip"})
    server.route = lambda request: bomb if request.path.endswith("b.json") else folder(request)
    monkeypatch.setattr(https_drop, "MAX_FILE_BYTES", 1 << 20)
    assert "a file is larger than 1 MB" in files.run().error
