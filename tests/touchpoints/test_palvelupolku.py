"""The service path as a file: read whole, and everything that is wrong with it told at once, in two languages."""

import pytest

from pipeline.errors import ConfigError
from pipeline.touchpoints import load_palvelupolku
from pipeline.touchpoints.palvelupolku import CONTACT_KINDS, PROVIDERS, SIDES, palvelupolku_problems
from tests.touchpoints.talks import PATH, written

START = 'min_mentions = 2\n\n[[stages]]\nid = "alku"\nname = "Alku"\n\n'
TOUCHPOINT = '[[touchpoints]]\nid = "lasku"\nstage = "alku"\nname = "Lasku"\n\n'
POINT = """[[contact_points]]
id = "kuski"
name = "Kuski"
kind = "staff"
side = "front"
provider = "partner"
touchpoints = ["lasku"]
lemmas = ["kuski", "auto ... kuljettaja"]
except = ["taksi kuski"]
said_by = ["customer"]
examples = ["kuski tuli"]
counterexamples = ["taksikuski tuli"]
"""
RIGHT = START + TOUCHPOINT + POINT


def without(text, line):
    assert text.count(line) == 1, line
    return text.replace(line, "")


def test_a_path_is_read_whole(tmp_path):
    path = load_palvelupolku(written(tmp_path, 'id = "oma"\nname = "Oma polku"\n' + RIGHT))
    assert (path.id, path.name, path.min_mentions) == ("oma", "Oma polku", 2)
    assert [(stage.id, stage.name) for stage in path.stages] == [("alku", "Alku")]
    (touchpoint,) = path.touchpoints
    assert (touchpoint.id, touchpoint.stage, touchpoint.lemmas, touchpoint.channels) == (
        "lasku",
        "alku",
        None,
        frozenset(),
    )
    assert touchpoint.reads_as == {"lasku"}
    (point,) = path.contact_points
    assert (point.kind, point.side, point.provider, point.touchpoints) == ("staff", "front", "partner", ("lasku",))
    assert point.naming.said_by == {"customer"}
    assert (point.naming.examples, point.naming.counterexamples) == (("kuski tuli",), ("taksikuski tuli",))


def test_what_may_be_left_out_has_defaults(tmp_path):
    lean = RIGHT.replace('touchpoints = ["lasku"]\n', "")
    for key in ("except", "said_by", "examples", "counterexamples"):
        lean = "\n".join(line for line in lean.splitlines() if not line.startswith(f"{key} ="))
    path = load_palvelupolku(written(tmp_path, lean))
    assert (path.id, path.name) == ("palvelupolku", "Palvelupolku")
    (point,) = path.contact_points
    assert point.touchpoints == point.naming.examples == point.naming.counterexamples == ()
    assert point.naming.said_by == {"customer", "agent", "unknown"}
    assert load_palvelupolku(written(tmp_path, START + TOUCHPOINT, "ilman.toml")).contact_points == ()


def test_a_touchpoint_may_be_another_one_to_the_model(tmp_path):
    text = START + TOUCHPOINT + 'reads_as = ["laskutus", "neuvonta"]\n'
    (touchpoint,) = load_palvelupolku(written(tmp_path, text)).touchpoints
    assert touchpoint.reads_as == {"laskutus", "neuvonta"}


BROKEN = {
    "no min_mentions": (without(RIGHT, "min_mentions = 2\n"), "", None, "min_mentions"),
    "min_mentions in words": (RIGHT.replace("= 2", '= "kaksi"'), "", None, "min_mentions"),
    "min_mentions of none": (RIGHT.replace("= 2", "= 0"), "", None, "min_mentions"),
    "min_mentions without end": (RIGHT.replace("= 2", "= inf"), "", None, "min_mentions"),
    "min_mentions that is yes": (RIGHT.replace("= 2", "= true"), "", None, "min_mentions"),
    "no stages": ("min_mentions = 2\ntouchpoints = []\n", "", None, "stages"),
    "no touchpoints": (START, "", None, "touchpoints"),
    "stages that are words": ('min_mentions = 2\nstages = ["a"]\ntouchpoints = []\n', "", None, "stages"),
    "stages that are one table": ("min_mentions = 2\ntouchpoints = []\n[stages]\n", "", None, "stages"),
    "unknown key at the top": ("nimi = 1\n" + RIGHT, "", None, "nimi"),
    "stage without id": (RIGHT + '[[stages]]\nname = "B"\n', "[[stages]] 2", 24, "id"),
    "stage without name": (without(RIGHT, 'name = "Alku"\n'), "[[stages]] alku", 3, "name"),
    "touchpoint without stage": (without(RIGHT, 'stage = "alku"\n'), "[[touchpoints]] lasku", 7, "stage"),
    "unknown stage": (RIGHT.replace('stage = "alku"', 'stage = "loppu"'), "[[touchpoints]] lasku", 7, "loppu"),
    "stage that is a list": (RIGHT.replace('stage = "alku"', 'stage = ["alku"]'), "[[touchpoints]] lasku", 7, "stage"),
    "unknown channel": (RIGHT.replace('"Lasku"\n', '"Lasku"\nchannels = ["fax"]\n'), "[[touchpoints]] lasku", 7, "fax"),
    "metadata that is a word": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nmetadata = "a"\n'), "[[touchpoints]] lasku", 7, "metadata"
    ),
    "metadata of words": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nmetadata = { queue = "a" }\n'), "[[touchpoints]] lasku", 7, "metadata"
    ),
    "metadata of numbers": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nmetadata = { queue = [1] }\n'), "[[touchpoints]] lasku", 7, "metadata"
    ),
    "lemmas that are one word": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nlemmas = "lasku"\n'), "[[touchpoints]] lasku", 7, "lemmas"
    ),
    "lemma that is a number": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nlemmas = [1]\n'), "[[touchpoints]] lasku", 7, "lemmas"
    ),
    "lemma that fits anything": (
        RIGHT.replace('"Lasku"\n', '"Lasku"\nlemmas = ["*"]\n'), "[[touchpoints]] lasku", 7, "*"
    ),
    "touchpoint twice": (RIGHT + TOUCHPOINT, "[[touchpoints]] lasku", 24, ""),
    "id that is a number": (RIGHT.replace('id = "kuski"', "id = 1"), "[[contact_points]] 1", 12, "id"),
    "id in capitals": (RIGHT.replace('id = "kuski"', 'id = "Kuski"'), "[[contact_points]] Kuski", 12, "id"),
    "id with a space": (RIGHT.replace('id = "kuski"', 'id = "iso kuski"'), "[[contact_points]] iso kuski", 12, "id"),
    "empty name": (RIGHT.replace('"Kuski"', '" "'), "[[contact_points]] kuski", 12, "name"),
    "unknown kind": (RIGHT.replace('"staff"', '"person"'), "[[contact_points]] kuski", 12, "person"),
    "unknown side": (RIGHT.replace('"front"', '"left"'), "[[contact_points]] kuski", 12, "left"),
    "unknown provider": (RIGHT.replace('"partner"', '"posti"'), "[[contact_points]] kuski", 12, "posti"),
    "unknown touchpoint": (
        RIGHT.replace('touchpoints = ["lasku"]', 'touchpoints = ["posti"]'), "[[contact_points]] kuski", 12, "posti"
    ),
    "unknown speaker": (RIGHT.replace('["customer"]', '["bot"]'), "[[contact_points]] kuski", 12, "bot"),
    "no lemmas": (
        without(RIGHT, 'lemmas = ["kuski", "auto ... kuljettaja"]\n'), "[[contact_points]] kuski", 12, "lemmas"
    ),
    "empty lemmas": (
        RIGHT.replace('["kuski", "auto ... kuljettaja"]', "[]"), "[[contact_points]] kuski", 12, "lemmas"
    ),
    "dots at the end": (RIGHT.replace("... kuljettaja", "..."), "[[contact_points]] kuski", 12, "..."),
    "unknown key": (RIGHT.replace("except", "not"), "[[contact_points]] kuski", 12, "not"),
    "contact points that are words": ('contact_points = ["a"]\n' + START + TOUCHPOINT, "", None, "contact_points"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "place", "line", "named"), BROKEN.values(), ids=BROKEN)
def test_what_is_wrong_is_told_with_its_place_in_two_languages(tmp_path, text, place, line, named):
    (problem,) = palvelupolku_problems(written(tmp_path, text))
    assert (problem.place, problem.line) == (place, line)
    assert named in problem.finnish
    assert named in problem.english
    assert problem.finnish.endswith(".")
    assert problem.finnish != problem.english
    assert problem.told("fi").startswith(f"rivi {line}, {place}: " if line else problem.finnish)
    assert problem.told("en").startswith(f"line {line}, {place}: " if line else problem.english)
    with pytest.raises(ConfigError, match=r"polku\.toml.*tunnepolku palvelupolku .*polku\.toml`\.$") as refused:
        load_palvelupolku(tmp_path / "polku.toml")
    assert problem.english in str(refused.value)


def test_everything_that_is_wrong_is_told_at_once(tmp_path):
    text = (
        RIGHT.replace('"staff"', '"person"').replace('"front"', '"left"').replace('stage = "alku"', 'stage = "loppu"')
    )
    path = written(tmp_path, text)
    assert len(palvelupolku_problems(path)) == 3
    with pytest.raises(ConfigError, match="and 2 more"):
        load_palvelupolku(path)


def test_entries_written_in_one_line_are_told_without_it(tmp_path):
    text = 'min_mentions = 1\nstages = [{ id = "A", name = "A" }]\ntouchpoints = []\n'
    (problem,) = palvelupolku_problems(written(tmp_path, text))
    assert (problem.place, problem.line) == ("[[stages]] A", None)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"min_mentions = ", b"[[stages]\n"])
def test_what_is_no_toml_is_one_problem(tmp_path, content):
    path = tmp_path / "polku.toml"
    path.write_bytes(content)
    (problem,) = palvelupolku_problems(path)
    assert problem.place == ""
    with pytest.raises(ConfigError, match=r"polku\.toml"):
        load_palvelupolku(path)


def test_an_empty_file_lacks_all_that_is_needed(tmp_path):
    found = {problem.english for problem in palvelupolku_problems(written(tmp_path, ""))}
    assert len(found) == 3


def test_a_file_that_is_not_there_is_named(tmp_path):
    for path in (tmp_path / "gone.toml", tmp_path):
        with pytest.raises(ConfigError, match=rf"{path.name}.*touchpoints\.palvelupolku"):
            load_palvelupolku(path)


# --- the one that ships ----------------------------------------------------------------------------------------------

TOUCHPOINTS = {
    "ostaminen", "toimitus", "käyttöönotto", "laskutus", "tekninen_tuki", "palautus_ja_reklamaatio",
    "muutos_ja_irtisanominen", "neuvonta",
}  # fmt: skip


def test_the_default_path_holds_what_it_promises():
    path = load_palvelupolku(PATH)
    assert palvelupolku_problems(PATH) == []
    assert {touchpoint.id for touchpoint in path.touchpoints} == TOUCHPOINTS
    assert 30 <= len(path.contact_points) <= 50
    for values, field in ((CONTACT_KINDS, "kind"), (SIDES, "side"), (PROVIDERS, "provider")):
        assert {getattr(point, field) for point in path.contact_points} == set(values)
    met = {touchpoint for point in path.contact_points for touchpoint in point.touchpoints}
    assert met == TOUCHPOINTS
    assert all(point.naming.examples for point in path.contact_points)


def test_its_comments_explain_every_key():
    head = PATH.read_text("utf-8").split("min_mentions =")[0]
    for key in ("kind", "side", "provider", "touchpoints", "lemmas", "except", "said_by", "examples", "counterexamples",
                "reads_as", "channels", "metadata", "tunnepolku palvelupolku"):  # fmt: skip
        assert key in head, key
