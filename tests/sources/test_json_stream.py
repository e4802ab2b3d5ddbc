"""A large JSON file reads as a small one does: every case both whole and through a window of a few characters."""

import json
import tracemalloc

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import SourceFile, json_stream
from pipeline.sources.json_stream import json_records

RECORDS = [{"id": number, "text": f"yö {number} €\n😀", "n": [1.5, None, {"x": []}]} for number in range(7)]
POSITIONED = [(f"record {number}", record) for number, record in enumerate(RECORDS, start=1)]
UNDER = ("conversations", "items")


@pytest.fixture(params=["whole", "window"])
def read(request, tmp_path, monkeypatch):
    """Reads a text; as a file that is far larger than what is read whole, or as a small one."""

    def records(content, under=UNDER):
        path = tmp_path / "file.json"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        if request.param == "window":
            monkeypatch.setattr(json_stream, "WHOLE_BYTES", 200)
            monkeypatch.setattr(json_stream, "CHUNK_CHARACTERS", 7)
            if isinstance(content, str) and "\n" not in content:
                path.write_text(" " * 300 + content)
        return list(json_records(SourceFile(str(path)), under))

    return records


def codes(found):
    return [record.code if isinstance(record, RecordError) else record[0] for record in found]


def refused(read, *arguments):
    with pytest.raises(SourceError) as error:
        read(*arguments)
    return error.value.code


@pytest.mark.parametrize("indent", [None, 0, 3])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_an_array(read, indent, ascii_only):
    assert read(json.dumps(RECORDS, indent=indent, ensure_ascii=ascii_only)) == POSITIONED


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize(
    "around",
    [
        lambda records: {"conversations": records},
        lambda records: {"meta": {"page": 1, "conversations": []}, "users": RECORDS, "n": 12, "items": records},
        lambda records: {"items": records, "conversations": [{"not": "this"}], "next": None},
        lambda records: {"conversations": None, "items": records, "x": {}},
    ],
)
def test_an_array_under_a_key(read, around, indent):
    assert read(json.dumps(around(RECORDS), indent=indent)) == POSITIONED


def test_lines_are_records_whatever_their_number(read):
    lines = [json.dumps(record) for record in RECORDS]
    assert read("\n".join(lines)) == [(f"line {number}", record) for number, record in enumerate(RECORDS, start=1)]
    assert codes(read("\n".join([lines[0], "{broken", "", "[1]", "7", lines[1]]))) == [
        "line 1", "malformed_json", "not_an_object", "not_an_object", "line 6",
    ]  # fmt: skip


def test_pages_a_line_hold_their_records(read):
    found = read("\n".join(json.dumps({"conversations": part}) for part in (RECORDS[:2], RECORDS[2:3])))
    assert found == [("line 1", RECORDS[0]), ("line 1", RECORDS[1]), ("line 2", RECORDS[2])]


def test_one_object_is_a_record(tmp_path):
    path = tmp_path / "file"
    for indent in (None, 1):
        path.write_text(json.dumps(RECORDS[0], indent=indent), "utf-8")
        ((position, record),) = json_records(SourceFile(str(path)), UNDER)
        assert record == RECORDS[0]
        assert position == "record 1"


@pytest.mark.parametrize("text", ["[]", '{"conversations": []}', '{"conversations": [ ] , "x": [ ]}'])
def test_nothing_in_it(read, text):
    assert read(text) == []


def test_what_is_no_object_costs_itself(read):
    text = json.dumps([1, RECORDS[0], "x", None, [RECORDS[1]], RECORDS[2], 12345678])
    assert codes(read(text)) == [*["not_an_object", "record 2"], *["not_an_object"] * 3, "record 6", "not_an_object"]


def test_numbers_that_json_does_not_have_cost_nothing(read):
    text = f'[{{"a": NaN, "b": -Infinity, "c": {"9" * 30}}}, {{"d": {"9" * 150}}}, {{"e": 1e400}}]'
    (_, first), (_, second), (_, third) = read(text)
    assert first["a"] != first["a"]
    assert (first["b"], first["c"]) == (float("-inf"), int("9" * 30))
    assert (second["d"], third["e"]) == (int("9" * 150), float("inf"))


def test_a_number_of_thousands_of_digits_is_infinite(tmp_path):
    path = tmp_path / "file"
    path.write_text(f'[{{"a": {"9" * 10_000}, "b": -{"9" * 10_000}}}, {{"c": 1}}]')
    (_, first), (_, second) = json_records(SourceFile(str(path)))
    assert (first, second) == ({"a": float("inf"), "b": float("-inf")}, {"c": 1})


@pytest.mark.parametrize(
    "text",
    [
        "[{},{}",
        '[{}, {"a"',
        '[{}, {"a": tru',
        '[{}, {"a": "\\u00',
        '[{}, {"a": "x',
        "[{},]",
        "[{} {}]",
        "[{}]]",
        "[{}] moi",
        '{"conversations": [{}]',
        '{"conversations": [{}],}',
        '{"conversations" [{}]}',
        '{"a": 1, "conversations": [{}], "b": [1, 2}',
        "[{'a': 1}]",
        '[{"a": "rivin\nvaihto"}]',
        '[{"a": "\\x"}]',
        "moi",
        "[",
        "{,}",
    ],
)
def test_what_is_cut_off_or_no_json_is_refused(read, text):
    assert refused(read, text.replace("{}", '{"id": 1}')) == "malformed_json"


def test_the_records_before_the_cut_come(tmp_path, monkeypatch):
    path = tmp_path / "file"
    path.write_text(json.dumps(RECORDS)[:-100])
    monkeypatch.setattr(json_stream, "WHOLE_BYTES", 200)
    found = json_records(SourceFile(str(path)))
    assert [next(found), next(found)] == POSITIONED[:2]
    with pytest.raises(SourceError, match="cut off"):
        list(found)


def test_depth_is_bounded(read):
    for depth in (900, 100_000):
        assert refused(read, "[" * depth) in ("malformed_json", "record_too_large")
    assert refused(read, f"[{'[' * 90_000}{']' * 90_000}]") in ("malformed_json", "record_too_large")


def test_bytes_that_are_no_utf8_are_refused(read):
    assert refused(read, b'[{"id": 1}, {"text": "y\xf6"}]') == "not_utf8"
    assert refused(read, '[{"id": 1}]'.encode("utf-16")) == "not_utf8"
    assert codes(read(b'{"id": 1}\n{"text": "y\xf6"}\n')) == ["line 1", "not_utf8"]


def test_a_byte_order_mark_is_no_part_of_it(read):
    assert read(b"\xef\xbb\xbf" + json.dumps(RECORDS).encode()) == POSITIONED
    assert read(b'\xef\xbb\xbf{"id": 1}\n{"id": 2}') == [("line 1", {"id": 1}), ("line 2", {"id": 2})]


@pytest.mark.parametrize(
    "text",
    [
        f'[{{"id": 1}}, {{"text": "{"x" * 5000}"}}]',
        f'[{{"id": 1}}, {{"text": [{"1," * 5000}1]}}]',
        f'{{"text": "{"x" * 5000}", "conversations": [{{}}]}}',
        f'{{"id": 1, "rows": [{"{}," * 500}{{}}]}}',
        f'{{"id": 1}}\n{{"text": "{"x" * 5000}"}}\n',
    ],
)
def test_a_record_larger_than_the_window_is_refused(tmp_path, monkeypatch, text):
    path = tmp_path / "file"
    path.write_text(text)
    monkeypatch.setattr(json_stream, "WHOLE_BYTES", 200)
    monkeypatch.setattr(json_stream, "CHUNK_CHARACTERS", 50)
    with pytest.raises(SourceError) as error:
        list(json_records(SourceFile(str(path)), UNDER))
    assert error.value.code == "record_too_large"


@pytest.mark.slow
def test_memory_is_that_of_a_record(tmp_path, monkeypatch):
    monkeypatch.setattr(json_stream, "WHOLE_BYTES", 2**20)
    path = tmp_path / "file"
    with path.open("w") as file:
        file.write('{"users": [1' + ", 1" * 1_000_000 + '], "items": [{"id": 0}')
        file.writelines(f',{{"id": {number}, "text": "{"x" * 5000}"}}' for number in range(4_000))
        file.write("]}")
    assert path.stat().st_size > 20 * 2**20
    tracemalloc.start()
    count = sum(1 for _ in json_records(SourceFile(str(path)), UNDER))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert count == 4_001
    assert peak < 12 * 2**20
