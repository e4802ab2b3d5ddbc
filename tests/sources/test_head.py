"""What a format recognises itself by, from the first characters alone, in bounded time whatever they are."""

import json
import time
import tracemalloc

import pytest

from pipeline.sources.head import HEAD_BYTES, Head, encoding_of

CHAT = {"id": 1, "turns": [{"role": "agent", "who": {"name": "x"}, "words": [[{"w": "moi"}]]}], "tags": []}
PATHS = {"id", "turns", "turns.item.role", "turns.item.who", "turns.item.who.name", "turns.item.words", "tags"}
PATHS |= {"turns.item.words.item.item.w"}


def head(text, encoding="utf-8"):
    return Head(text.encode(encoding))


def prefixed(prefix, paths):
    return {f"{prefix}.{path}" for path in paths}


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_keys_are_told_with_their_path(indent):
    assert head(json.dumps(CHAT, indent=indent)).json_paths == PATHS
    assert head(json.dumps([CHAT, CHAT], indent=indent)).json_paths == prefixed("item", PATHS)
    assert head(json.dumps({"data": CHAT}, indent=indent)).json_paths == prefixed("data", PATHS) | {"data"}


def test_what_is_said_is_no_key():
    said = {"text": 'hän sanoi "turns": [{"role": 1}] ja \\" ja }', "n": 1}
    assert head(json.dumps(said)).json_paths == {"text", "n"}


def test_json_that_is_cut_off_has_the_keys_before_the_cut():
    text = json.dumps(CHAT)
    for end in range(len(text)):
        assert head(text[:end]).json_paths <= PATHS
    assert head(text[: text.index('"who"') + 6]).json_paths == {"id", "turns", "turns.item.role", "turns.item.who"}


def test_numbers_that_json_does_not_have_hide_no_key():
    assert head('{"a": NaN, "b": -Infinity, "c": 1' + "0" * 5000 + ', "d": 1}').json_paths == {"a", "b", "c", "d"}


@pytest.mark.parametrize("text", ["a,b\n{1},2\n", "WEBVTT\n", "", 'moi {"a": 1}'])
def test_what_is_no_json_has_no_keys(text):
    assert head(text).json_paths == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}\n{"b": 2}\n', True),
        ('{"a": 1}', True),
        ('{"a": 1}\r\n\r\n{"b": 2}', True),
        ('{"a": 1}\n{brok\n{brok\n{brok', True),
        ('{"a": [\n{"b": 2}', True),
        ("\ufeff" + '{"a": 1}\n', True),
        ('{"a": 1}\n["b"]\n', True),
        ('{"a": "' + "x" * HEAD_BYTES, True),
        ('{"a": [\n{"b": 2}\n]}', False),
        ('[\n{"a": 1},\n{"a": 2}\n]', False),
        ('[{"a": 1}]', False),
        ("{}, {}", False),
        ("", False),
        ("a,b\n1,2\n", False),
        (json.dumps(CHAT, indent=1), False),
        (json.dumps([CHAT] * 5000, indent=1), False),
    ],
)
def test_lines_are_told_from_one_value(text, expected):
    assert head(text).is_json_lines is expected


def test_keys_of_lines_are_those_of_every_line():
    assert head('{"a": {"x": 1}}\n{"b": "auki\n{"c": 1}\n["d", {"e": 1}]').json_paths == {
        "a",
        "a.x",
        "b",
        "c",
        "item.e",
    }


ATTACKS = {
    "brackets": "[" * 300_000,
    "braces": '{"a":' * 60_000,
    "closing": "{" + "]}" * 100_000,
    "escapes": '{"a": "' + '\\"' * 120_000,
    "backslashes": '{"a' + "\\" * 250_001,
    "quotes": "{" + '"' * 250_001,
    "blanks": '{"a"' + " " * 250_000,
    "long keys, deep": "".join(f'{{"{"k" * 2000}{depth}":' for depth in range(60)) + '{"a":1,' + '"b":1,' * 20_000,
    "many keys": "{" + ",".join(f'"k{number}":1' for number in range(25_000)),
    "many lines": '{"a":1}\n' * 30_000,
    "deep lines": ("[" * 2000 + "\n") * 100,
    "a table": ",".join("x" for _ in range(130_000)),
    "an open quote": 'a,"' + "b\n" * 120_000,
}


@pytest.mark.parametrize("text", ATTACKS.values(), ids=ATTACKS)
@pytest.mark.parametrize("start", ["", "{\n", '{"a": 1}\n'])
def test_an_attack_takes_neither_time_nor_memory(text, start):
    tracemalloc.start()
    started = time.process_time()
    seen = Head((start + text).encode()[:HEAD_BYTES])
    seen.json_paths, seen.is_json_lines, seen.rows, seen.columns  # noqa: B018
    seconds, (_, peak) = time.process_time() - started, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seconds < 5  # watched by tracemalloc, which takes most of it
    assert peak < 100 * 2**20


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "cp1252"])
def test_a_table_is_seen_in_every_encoding_of_excel(encoding):
    seen = head("Päivä;Arvosana;Ääni\n1.2.2026;9;hyvää\n", encoding)
    assert seen.columns == {"Päivä", "Arvosana", "Ääni"}
    assert seen.rows[1] == ["1.2.2026", "9", "hyvää"]


def test_big_endian_too():
    assert Head("\ufeffä,b\n".encode("utf-16-be")).columns == {"ä", "b"}


@pytest.mark.parametrize("cut", range(1, 3))
def test_a_character_cut_in_two_by_the_end_of_the_head_is_still_utf8(cut):
    assert encoding_of("yö €".encode()[:-cut]) == "utf-8-sig"


def test_utf8_with_a_broken_byte_is_not_taken_for_cp1252():
    broken = "hyvää yötä".encode() + b"\xe4"
    assert encoding_of(broken) == "utf-8-sig"
    assert encoding_of("hyvää yötä".encode("cp1252")) == "cp1252"
    assert encoding_of(b"\xff\x00\x80") == "utf-8-sig"
    assert "hyvää" in Head(broken).text


def test_rows_end_at_one_that_cannot_be_read():
    assert head('a,b\n1,"x" y\n2,z\n').rows == [["a", "b"]]
    assert head('"a"b,c\n').rows == []
    assert head(" a , b \n").columns == {"a", "b"}
    assert len(head("a\n" * 9).rows) == 3


def test_a_line_with_a_number_of_any_length_is_a_line_of_json():
    assert head(f'{{"id": {"9" * 5000}}}\n').is_json_lines
