"""Samples broken in the ways that exports break, and that attackers like: for the property tests and the fuzzer."""

import gzip
import io
import json
import zipfile
import zlib
from random import Random

ODD_TEXTS = [
    "", " ", "\0", "\ud800", "\ufeff", "\u202eab", "\u2066", "e\u0301" * 9, "\u2028", "\r", '"', '""', "\\",
    "9" * 5000, "1e999", "-1", "NaN", "Infinity", "true", "null", "[]", "{}", "=1+1", "@SUM(A1)", "customer",
    "0000-01-01", "99999-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00",
    "2026-02-30", "2026-03-29T03:30", "<b>", "&#xD800;", "<v ", "-->",
]  # fmt: skip
ODD_VALUES = [
    *ODD_TEXTS, None, True, False, 0, -1, 0.5, 1e308, float("inf"), float("nan"), 10**18 + 1, 10**400, -(10**400),
    253402300800, -62135596801, [], {}, [[]], [{}], {"a": {}}, [None], ["x"], {"text": "x"},
]  # fmt: skip
ODD_BYTES = [
    *(text.encode("utf-8", "surrogatepass") for text in ODD_TEXTS),
    b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\x80", b"\xe4", b"\x1f\x8b", b"PK\x03\x04", b"\n\n", b"\r\n",
    b"[" * 2000, b'{"a":' * 2000, b"\\ud800", b"99999999999:00:00.000 --> ", b"<!ENTITY a '&b;&b;'>",
]  # fmt: skip


def mutated(content: bytes, random: Random, depth: int = 1) -> bytes:
    """The content with one thing changed: in what it packs, in its JSON, in its cells, or in its bytes."""
    ways = [_cut, _spliced, _flipped, _inserted]
    if depth and content.startswith(b"PK\x03\x04"):
        ways += [_in_zip] * 6
    elif depth and content.startswith(b"\x1f\x8b"):
        ways += [_in_gzip] * 6
    elif content.lstrip(b"\xef\xbb\xbf \n")[:1] in (b"{", b"["):
        ways += [_in_json] * 9
    else:
        ways += [_in_cell] * 4
    return random.choice(ways)(content, random)


def _cut(content: bytes, random: Random) -> bytes:
    return content[: random.randint(0, len(content))]


def _spliced(content: bytes, random: Random) -> bytes:
    """A stretch again somewhere else, or gone."""
    start, end, at = [*sorted(random.randint(0, len(content)) for _ in range(2)), random.randint(0, len(content))]
    return content[:at] + content[start:end] + content[random.choice((at, end)) :]


def _flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 4) if changed else 0):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _inserted(content: bytes, random: Random) -> bytes:
    start = random.randint(0, len(content))
    return content[:start] + random.choice(ODD_BYTES) + content[start + random.choice((0, 0, 1, 9)) :]


def _in_cell(content: bytes, random: Random) -> bytes:
    """What stands between two separators exchanged for something odd, or for what stands between two others."""
    separator = random.choice((b",", b";", b"\t", b": ", b" ", b"\n", b"\n\n"))
    cells = content.split(separator)
    cells[random.randrange(len(cells))] = random.choice((random.choice(ODD_BYTES), random.choice(cells)))
    return separator.join(cells)


def _in_json(content: bytes, random: Random) -> bytes:
    """A value exchanged for an odd one or one from elsewhere, taken away, or doubled; in one line or in all."""
    lines = content.split(b"\n")
    for index in (random.randrange(len(lines)), None):
        try:
            value = json.loads(content if index is None else lines[index])
        except (ValueError, RecursionError):
            continue
        text = json.dumps(_exchanged(value, random)).encode()
        return text if index is None else b"\n".join([*lines[:index], text, *lines[index + 1 :]])
    return _inserted(content, random)


def _exchanged(value: object, random: Random) -> object:
    places = list(_places(value))
    if not places:
        return random.choice(ODD_VALUES)
    holder, key = random.choice(places)
    way = random.randrange(4)
    if way == 0:
        del holder[key]
    elif way == 1:
        other, name = random.choice(places)
        holder[key] = json.loads(json.dumps(other[name]))
    elif way == 2 and isinstance(holder, list):
        holder.insert(key, holder[key])
    else:
        holder[key] = random.choice(ODD_VALUES)
    return value


def _places(value: object) -> list[tuple[dict | list, object]]:
    """Every holder of a value and the key it holds it by."""
    places, open_values = [], [value]
    while open_values:
        holder = open_values.pop()
        if isinstance(holder, dict | list):
            inner = list(holder.items() if isinstance(holder, dict) else enumerate(holder))
            places += [(holder, key) for key, _ in inner]
            open_values += [member for _, member in inner]
    return places


def _in_zip(content: bytes, random: Random) -> bytes:
    file = io.BytesIO()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            chosen = random.randrange(len(old.namelist()))
            for number, info in enumerate(old.infolist()):
                inner = old.read(info) if info.file_size < 2**20 else b""
                new.writestr(info.filename, mutated(inner, random, depth=0) if number == chosen else inner)
    except Exception:  # broken by an earlier change
        return _flipped(content, random)
    return file.getvalue()


def _in_gzip(content: bytes, random: Random) -> bytes:
    try:
        inner = zlib.decompressobj(wbits=31).decompress(content, 2**20)
    except zlib.error:
        return _flipped(content, random)
    return gzip.compress(mutated(inner, random, depth=0), compresslevel=1, mtime=0)
