"""Excel workbooks for tests, written as the few parts that make an .xlsx."""

import zipfile
from io import BytesIO
from xml.sax.saxutils import escape

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DAY_STYLE = 1


def workbook(**sheets):
    """An .xlsx of sheets, each a list of rows; a cell is text, a number, a bool, None or ("serial", days)."""
    parts = {
        f"xl/worksheets/sheet{number}.xml": sheet_xml(rows) for number, rows in enumerate(sheets.values(), start=1)
    }
    return packed(list(sheets), parts)


def packed(names, parts):
    numbered = list(enumerate(names, start=1))
    content = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": relations([("rId1", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{NAMESPACE}" xmlns:r="{RELATIONS}"><sheets>'
        + "".join(f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>' for n, name in numbered)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": relations(
            [("rId90", "styles", "styles.xml"), ("rId91", "sharedStrings", "sharedStrings.xml")]
            + [(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered]
        ),
        "xl/styles.xml": f'<styleSheet xmlns="{NAMESPACE}"><cellXfs>'
        '<xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{NAMESPACE}"/>',
        **parts,
    }  # fmt: skip
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in content.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def relations(rows):
    body = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{target}"/>' for i, kind, target in rows)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{body}</Relationships>'


def sheet_xml(rows):
    body = ""
    for number, row in enumerate(rows, start=1):
        cells = (cell(f"{chr(64 + column)}{number}", value) for column, value in enumerate(row, start=1))
        body += f'<row r="{number}">{"".join(cells)}</row>'
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{body}</sheetData></worksheet>'


def cell(place, value):
    if value is None:
        return ""
    if isinstance(value, tuple):
        return f'<c r="{place}" s="{DAY_STYLE}"><v>{value[1]}</v></c>'
    if isinstance(value, bool):
        return f'<c r="{place}" t="b"><v>{int(value)}</v></c>'
    if isinstance(value, int | float):
        return f'<c r="{place}"><v>{value}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
