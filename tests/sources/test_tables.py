"""Tables and texts before any format: header rows, quotes left open, lines without an end."""

import csv
from itertools import chain

import pytest

from pipeline.errors import RecordError, SourceError
from pipeline.sources import SourceFile, text
from pipeline.sources.text import csv_rows, whole_text


@pytest.fixture
def file(tmp_path):
    def write(content):
        path = tmp_path / "file"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return SourceFile(str(path))

    return write


def rows(source, header_rows=1):
    return [
        (row.position, row.code) if isinstance(row, RecordError) else (row[0], *row[1].values())
        for row in csv_rows(source, header_rows)
    ]


@pytest.mark.parametrize("second", ["x,y", '"x"z,y', "x,y,z", ""])
def test_only_the_first_of_several_header_rows_names_the_columns(file, second):
    source = file(f"a,b\n{second}\n{{i}},{{j}}\n1,2\n")
    broken = [("row 2", "malformed_csv")] if second.startswith('"') else []
    assert rows(source, 3) == [*broken, ("row 4", "1", "2")]


def test_a_quote_left_open_costs_no_more_than_the_longest_cell(file, monkeypatch):
    """In a large file it would swallow all that follows, and memory with it."""
    before = csv.field_size_limit(1000)
    try:
        found = rows(file('a,b\n1,"auki\n' + "2,kaksi\n" * 1000))
    finally:
        csv.field_size_limit(before)
    assert found[0] == ("row 2", "malformed_csv")
    assert len(found) > 850
    assert {row[1:] for row in found[1:]} == {("2", "kaksi")}


def test_a_line_without_an_end_is_refused(file, monkeypatch):
    monkeypatch.setattr(text, "MAX_CHARACTERS", 1000)
    source = file("a,b\n1,2\n3," + "x" * 2000 + "\n")
    with pytest.raises(SourceError) as refused:
        rows(source)
    assert refused.value.code == "record_too_large"
    assert rows(file("a,b\n1," + "x" * 990 + "\n"))[0][0] == "row 2"


def test_a_broken_header_is_refused(file):
    with pytest.raises(SourceError) as refused:
        rows(file('"a"b,c\n1,2\n'))
    assert refused.value.code == "malformed_csv"


def test_nothing_is_no_rows(file):
    assert list(chain(rows(file("")), rows(file("a,b\n\n , \n")))) == []


def test_nuls_separators_and_formulas_are_text(file):
    content = 'a;b\n"=HYPERLINK(""x"")";"\u2028\x00\u202e"\n'
    assert rows(file(content)) == [("row 2", '=HYPERLINK("x")', "\u2028\x00\u202e")]


def test_a_whole_text_is_utf8_or_what_may_be(file, monkeypatch):
    assert whole_text(file("\ufeffyö")) == "yö"
    assert whole_text(file("yö".encode("utf-16"))) == "yö"
    assert whole_text(file("yö".encode("cp1252")), or_cp1252=True) == "yö"
    for content in ("yö".encode("cp1252"), "hyvää yötä".encode() + b"\xe4"):
        with pytest.raises(SourceError) as refused:
            whole_text(file(content))
        assert refused.value.code == "not_utf8"
    monkeypatch.setattr(text, "MAX_TEXT_BYTES", 3)
    assert whole_text(file("moi")) == "moi"
    with pytest.raises(SourceError) as refused:
        whole_text(file("moi!"))
    assert refused.value.code == "file_too_large"
