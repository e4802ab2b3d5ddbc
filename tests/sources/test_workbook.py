"""Excel workbooks: cells as text, sheets by name, and files that would fill the memory."""

import zipfile
from contextlib import suppress
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest

from pipeline.errors import SourceError
from pipeline.sources import find_files, recognise
from pipeline.sources.files import SourceFile
from pipeline.sources.tables import table_rows, unique
from pipeline.sources.text import head_of
from tests.sources.workbooks import NAMESPACE, packed, workbook

HELSINKI = ZoneInfo("Europe/Helsinki")


def written(tmp_path, content, name="vastaukset.xlsx"):
    path = tmp_path / name
    path.write_bytes(content)
    return SourceFile(str(path))


def test_cells_become_text(tmp_path):
    rows = [["a", "b", "c", "d"], ["teksti", 8, 1.25, True], [None, 8.0, ("serial", 46083.389583333334), "ä\nö"]]
    found = [row for _, row in table_rows(written(tmp_path, workbook(Taulu=rows)))]
    assert found[0] == {"a": "teksti", "b": "8", "c": "1.25", "d": "true"}
    assert found[1] == {"a": "", "b": "8", "c": "2026-03-02 09:21:00", "d": "ä\nö"}


def test_a_sheet_is_read_by_its_name_and_else_the_first(tmp_path):
    file = written(tmp_path, workbook(Yksi=[["a"], ["1"]], Kaksi=[["b"], ["2"]]))
    assert [row for _, row in table_rows(file)] == [{"a": "1"}]
    assert [row for _, row in table_rows(file, sheet="Kaksi")] == [{"b": "2"}]
    assert head_of(file).sheets == {"Yksi": [["a"], ["1"]], "Kaksi": [["b"], ["2"]]}
    with pytest.raises(SourceError) as refused:
        list(table_rows(file, sheet="Kolme"))
    assert refused.value.code == "missing_sheet"


def test_a_workbook_in_a_zip_is_read(tmp_path):
    rows = [["Vastausaika", "NPS"], ["2.3.2026 9.21", 9]]
    with zipfile.ZipFile(tmp_path / "viikko.zip", "w") as archive:
        archive.writestr("vastaukset.xlsx", workbook(Taulu=rows))
    (file,) = find_files([tmp_path])
    assert recognise(file) == "survey_table"


def sheet(cells, before=""):
    return f'<worksheet xmlns="{NAMESPACE}">{before}<sheetData>{cells}</sheetData></worksheet>'


def shared(texts):
    return f'<sst xmlns="{NAMESPACE}">{"".join(f"<si><t>{text}</t></si>" for text in texts)}</sst>'


REPEATED = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 6001))
BOMBS = {
    "wide": {"xl/worksheets/sheet1.xml": sheet('<row r="1"><c r="A1"><v>1</v></c></row>'
                                               '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')},
    "repeated": {"xl/worksheets/sheet1.xml": sheet(REPEATED), "xl/sharedStrings.xml": shared(["x" * 100_000])},
    "without_index": {"xl/worksheets/sheet1.xml": sheet(REPEATED.replace("<v>0", "<v><!-- -->0")),
                      "xl/sharedStrings.xml": shared(["x" * 100_000])},
}  # fmt: skip


@pytest.mark.parametrize("parts", BOMBS.values(), ids=BOMBS)
def test_what_would_fill_the_memory_is_refused_unopened(tmp_path, parts):
    with pytest.raises(SourceError) as refused:
        list(table_rows(written(tmp_path, packed(["Taulu"], parts))))
    assert refused.value.code == "zip_bomb"


def test_entities_are_not_expanded(tmp_path):
    entities = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>'
    cells = '<row r="1"><c r="A1" t="inlineStr"><is><t>&f;&b;</t></is></c></row>'
    file = written(tmp_path, packed(["Taulu"], {"xl/worksheets/sheet1.xml": entities + sheet(cells)}))
    with suppress(SourceError):
        assert "root:" not in str(list(table_rows(file)))


def test_damage_anywhere_ends_in_a_source_error(tmp_path):
    content = workbook(Taulu=[["Vastausaika", "NPS"], ["2.3.2026", 9]])
    for cut in range(4, len(content), 97):
        for damaged in (content[:cut], content[:cut] + b"\xff\x00<" + content[cut + 3 :]):
            with suppress(SourceError):
                list(table_rows(written(tmp_path, damaged)))


def test_an_archive_without_a_workbook_is_none(tmp_path):
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("xl/other.xml", "<x/>")
    with pytest.raises(SourceError):
        list(table_rows(written(tmp_path, file.getvalue())))


def test_every_column_has_a_name_of_its_own():
    names = ["Kommentti", "", "Kommentti", "rivi\nvaihto", "", "Kommentti (2)"]
    assert unique(names) == ["Kommentti", "column 2", "Kommentti (2)", "rivi vaihto", "column 5", "Kommentti (2) (2)"]
    assert len(set(unique(["x"] * 20_000))) == 20_000
