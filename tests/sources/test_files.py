"""Where bytes come from: packed, in archives, by pattern, in a storage; and what is refused on the way."""

import gzip
import sys
import tracemalloc
import zipfile
import zlib
from pathlib import Path

import pytest

from pipeline.errors import SourceError
from pipeline.sources import SourceFile, find_files, recognise
from pipeline.sources import files as module
from tests.packing import locked, zipped

ZEROS = bytes(2**20)


def put(folder, name, content):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def content(file):
    with SourceFile(str(file)).open() as opened:
        return opened.read()


def names(*addresses):
    return [file.name for file in find_files(addresses)]


def refusal(call, *arguments):
    with pytest.raises(SourceError) as refused:
        call(*arguments)
    assert str(refused.value).endswith(".")
    return refused.value


def test_gzip_is_undone_whatever_the_file_is_called(tmp_path):
    for name in ("a.json.gz", "a.json"):
        file = put(tmp_path, name, gzip.compress(b"moi") + gzip.compress(b" taas"))
        assert content(file) == b"moi taas"
        assert SourceFile(str(file)).stem == "a"


def test_an_archive_stands_for_its_deliveries(tmp_path):
    members = {"b/c/x.json": "x", "b/": "", "a.csv": "a", "NOTES.md": "n", ".hidden": "h", "__MACOSX/._a.csv": "m"}
    archive = put(tmp_path, "d.zip", zipped(members | {"b/y.json.gz": gzip.compress(b"y")}))
    files = find_files([archive])
    assert [file.name for file in files] == ["d.zip/a.csv", "d.zip/x.json", "d.zip/y.json.gz"]
    assert [file.stem for file in files] == ["a", "x", "y"]
    assert [content(file.address) for file in files] == [b"a", b"x", b"y"]
    assert files[0].address == f"zip://a.csv::{archive}"
    assert find_files([files[0].address]) == files[:1]
    assert find_files([tmp_path]) == files


@pytest.mark.parametrize(
    "name", ["../../up.csv", "./a.csv", "/etc/absolute.csv", "a::b.csv", "x::/etc/hosts", "zip://x::y.csv"]
)
def test_a_member_may_be_called_anything_and_is_that_member(tmp_path, name):
    (file,) = find_files([put(tmp_path, "d.zip", zipped({name: "inside"}))])
    assert content(file.address) == b"inside"
    assert file.name == f"d.zip/{name.rpartition('/')[2]}"


def test_a_document_is_one_file(tmp_path):
    for name in ("[Content_Types].xml", "mimetype"):
        file = put(tmp_path, "a.xlsx", zipped({name: "", "xl/workbook.xml": ""}))
        assert find_files([file]) == [SourceFile(str(file))]
        assert content(file).startswith(b"PK")


def test_an_archive_in_an_archive_is_refused(tmp_path):
    (file,) = find_files([put(tmp_path, "out.zip", zipped({"in.zip": zipped({"a.csv": "a"})}))])
    assert refusal(recognise, file).code == "bad_archive"


@pytest.mark.parametrize(
    "packed",
    [
        gzip.compress(b"moi " * 1000, mtime=0)[:-12],
        gzip.compress(b"moi", mtime=0)[:5],
        b"\x1f\x8b" + b"x" * 50,
        b"\x1f\x8b",
        gzip.compress(b"moi", mtime=0) + b"rubbish",
    ],
)
def test_damaged_gzip_is_refused(tmp_path, packed):
    file = put(tmp_path, "a.gz", packed)
    assert refusal(content, file).code == "bad_archive"
    assert len(SourceFile(str(file)).digest()) == 64  # so that no night tries it again


def test_damaged_archives_stand_for_themselves_and_are_refused(tmp_path):
    whole = zipped({"a.csv": "a" * 1000})
    for packed in (whole[:-30], whole[:20], b"PK\x03\x04"):
        file = put(tmp_path, "d.zip", packed)
        assert find_files([file]) == [SourceFile(str(file))]
        assert refusal(recognise, file).code == "bad_archive"


def test_a_damaged_member_is_refused_alone(tmp_path):
    packed = bytearray(zipped({"a.csv": "moi " * 50, "b.csv": "b"}))
    packed[40] ^= 255
    first, second = find_files([put(tmp_path, "d.zip", bytes(packed))])
    assert refusal(content, first.address).code == "bad_archive"
    assert content(second.address) == b"b"


def test_an_archive_with_a_member_that_has_no_name_is_damaged(tmp_path):
    nameless = zipfile.ZipInfo("x")
    nameless.filename = ""
    file = tmp_path / "d.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(nameless, "moi")
        archive.writestr("b.csv", "b")
    assert find_files([file]) == [SourceFile(str(file))]
    assert refusal(recognise, file).code == "bad_archive"


@pytest.mark.parametrize(
    "packed", [locked(zipped({"a.csv": "a"})), zipped({"a.csv": "a"}, zipfile.ZIP_LZMA)], ids=["password", "method"]
)
def test_what_is_locked_or_packed_in_an_unusual_way_is_refused(tmp_path, packed):
    (file,) = find_files([put(tmp_path, "d.zip", packed)])
    refused = refusal(recognise, file)
    assert refused.code == "bad_archive"
    assert "password" in str(refused)
    assert file.digest() != SourceFile(f"zip://b.csv::{tmp_path / 'd.zip'}").digest()


@pytest.fixture(scope="module")
def bombs(tmp_path_factory):
    """A gigabyte of zeros, packed in both ways."""
    folder = tmp_path_factory.mktemp("bombs")
    put(folder, "bomb.gz", gzip.compress(ZEROS) * 1024)
    packer = zlib.compressobj(wbits=-15)
    packed = (packer.compress(ZEROS) + packer.flush(zlib.Z_FULL_FLUSH)) * 1024 + packer.flush()
    info = zipfile.ZipInfo("zeros")
    info.compress_type, info.CRC, info.header_offset = zipfile.ZIP_DEFLATED, 0, 0
    info.compress_size, info.file_size = len(packed), 2**30
    with zipfile.ZipFile(folder / "bomb.zip", "w") as archive:
        archive.fp.write(info.FileHeader() + packed)
        archive.start_dir = archive.fp.tell()
        archive.filelist.append(info)
        archive._didModify = True
    return folder


@pytest.mark.parametrize("name", ["bomb.gz", "zip://zeros::bomb.zip"])
def test_a_bomb_is_refused_before_it_goes_off(bombs, monkeypatch, name):
    monkeypatch.chdir(bombs)
    tracemalloc.start()
    with SourceFile(name).open() as opened:
        refused = refusal(lambda: [None for _ in iter(lambda: opened.read(2**20), b"")])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refused.code == "zip_bomb"
    assert peak < 20 * 2**20
    assert len(SourceFile(name).digest()) == 64


def test_an_archive_that_says_that_it_is_a_bomb_is_not_looked_into(bombs, tmp_path):
    file = bombs / "bomb.zip"
    assert find_files([file]) == [SourceFile(str(file))]
    assert refusal(recognise, file).code == "bad_archive"


def test_many_members_are_refused(tmp_path, monkeypatch):
    file = put(tmp_path, "d.zip", zipped({f"{number}.csv": "x" for number in range(5)}))
    assert len(find_files([file])) == 5
    monkeypatch.setattr(module, "MAX_MEMBERS", 4)
    assert refusal(recognise, *find_files([file])).code == "bad_archive"


def test_what_honestly_repeats_itself_is_read(tmp_path):
    assert len(content(put(tmp_path, "a.gz", gzip.compress(ZEROS * 60)))) == 60 * 2**20


def test_patterns_find_files_at_any_depth(tmp_path, monkeypatch):
    for name in ("a.json", "b.csv", "in/c.json", "in/deep/d.json", "in/.tmp/e.json", "in/.f.json", "in/g.md"):
        put(tmp_path, name, b"x")
    put(tmp_path, "in/z.zip", zipped({"h.json": "h"}))
    monkeypatch.chdir(tmp_path)
    assert names("*.json") == ["a.json"]
    assert names("**/*.json") == ["a.json", "c.json", "d.json"]
    assert names(tmp_path / "in" / "*") == ["c.json", "z.zip/h.json"]
    assert names("[ab].*", "in/deep") == ["a.json", "b.csv", "d.json"]
    assert names("in/?.json", "in/c.json") == ["c.json"]
    for pattern in ("*.xml", "in/**.xml", "in/*.md", "[", "a**b/c"):
        assert refusal(find_files, [pattern]).code == "missing_file"


def test_a_file_may_be_called_like_a_pattern(tmp_path):
    file = put(tmp_path, "raportti [1].csv", b"x")
    assert names(file) == ["raportti [1].csv"]


def test_a_storage_is_a_file_a_folder_or_a_pattern(memory):
    file = memory("in/a.json", b"a")
    memory("in/deep/b.json.gz", gzip.compress(b"b"))
    memory("in/deep/c.zip", zipped({"c.csv": "c", "n.md": "n"}))
    memory("in/.hidden/d.json", b"d")
    memory("in/read.md", b"e")
    memory("in/deep/f [1].json", b"f")
    assert find_files([file]) == [SourceFile(file)]
    files = find_files(["memory://in"])
    assert [file.name for file in files] == ["a.json", "b.json.gz", "f [1].json", "c.zip/c.csv"]
    assert [content(file.address) for file in files] == [b"a", b"b", b"f", b"c"]
    assert find_files(["memory://in/"]) == files
    assert names("memory://in/*.json") == ["a.json"]
    assert names("memory://in/**/*.json", "memory://in/deep/f [1].json") == ["a.json", "f [1].json"]
    assert names("memory://in/*") == ["a.json"]
    assert names("memory://") == names("memory://in")
    assert find_files([files[3].address]) == files[3:]


def test_a_version_changes_with_the_file(tmp_path, memory):
    file = put(tmp_path, "a.zip", zipped({"a": "a"}))
    inside, remote = SourceFile(f"zip://a::{file}"), SourceFile(memory("a", b"a"))
    before = inside.version(), remote.version()
    assert (inside.version(), remote.version()) == before
    file.write_bytes(zipped({"a": "ab"}))
    memory("a", b"ab")
    assert inside.version() != before[0]
    assert remote.version() != before[1]


@pytest.mark.parametrize("address", ["memory://nowhere", "memory://nowhere/*.json", "nowhere", "nowhere/*.json"])
def test_what_is_not_there_says_so(memory, address):
    refused = refusal(find_files, [address])
    assert refused.code == "missing_file"
    assert address in str(refused)
    with pytest.raises(SourceError):
        SourceFile(address).open()


def test_a_package_that_is_missing_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "s3fs", None)
    for call in (lambda: find_files(["s3://bucket/in"]), lambda: SourceFile("s3://bucket/in/a.csv").open()):
        refused = refusal(call)
        assert refused.code == "missing_package"
        assert "s3fs" in str(refused)


def test_a_storage_nobody_knows_is_a_mistake_in_the_address():
    assert "check its address" in str(refusal(find_files, ["nonsense://bucket/in"]))


def test_no_name_and_no_error_repeats_what_opens_a_storage(memory):
    address = "memory://lataaja:salasana@host/a.csv?sig=allekirjoitus"
    assert SourceFile(address).name == "a.csv"
    for call in (lambda: find_files([address]), lambda: SourceFile(address).open()):
        refused = refusal(call)
        assert "salasana" not in str(refused)
        assert "allekirjoitus" not in str(refused)


def test_the_host_of_an_address_stays(monkeypatch):
    """`sftp://host/folder` has the path `/folder`."""

    class Storage:
        isfile = staticmethod(lambda path: path.endswith(".csv"))
        find = staticmethod(lambda path: [f"{path}/a.csv", f"{path}/b/c.csv"])

    monkeypatch.setattr(module, "_system", lambda address: (Storage, "/in"))
    monkeypatch.setattr(module, "_packed_names", lambda file: None)
    files = find_files(["sftp://host/in/"])
    assert [file.address for file in files] == ["sftp://host/in/a.csv", "sftp://host/in/b/c.csv"]


def test_a_storage_that_fails_halfway_is_a_source_error(monkeypatch):
    class Broken:
        read = staticmethod(lambda size: 1 / 0)
        __enter__ = __exit__ = lambda self, *_: self

    monkeypatch.setattr(module, "_stored", lambda address, stack: (Broken(), 1))
    assert "ZeroDivisionError" in str(refusal(SourceFile("s3://bucket/a.csv").open))
    with pytest.raises(ZeroDivisionError):  # a defect of ours
        SourceFile("a.csv").open()


def test_a_name_is_the_last_part(tmp_path):
    assert SourceFile(str(Path("a") / "b.c" / "d.json.gz")).name == "d.json.gz"
    assert SourceFile("s3://bucket/in/d.json").stem == "d"
    assert SourceFile("zip://x/y.csv::s3://bucket/in/z.zip").name == "z.zip/y.csv"


def test_a_name_is_one_line_that_no_terminal_obeys(tmp_path):
    (file,) = find_files([put(tmp_path, "d.zip", zipped({"a\nINFO ok\x1b[2J\u202e.csv": "inside"}))])
    assert file.name == "d.zip/a?INFO ok?[2J?.csv"
    assert "\n" not in str(refusal(recognise, file))
    assert content(file.address) == b"inside"
