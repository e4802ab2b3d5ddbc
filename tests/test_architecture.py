"""The house rules that a reader relies on: who may import whom, what stays quick, where text cannot go."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "pipeline"
MODULES = sorted(path for path in PACKAGE.rglob("*.py"))
ORDER = [
    {"errors"}, {"mappings", "pulls"}, {"config"}, {"conversation"}, {"models", "numerals", "sparkline"},
    {"sources", "privacy", "language", "affect"}, {"touchpoints", "pulling"}, {"annotate"}, {"devices"}, {"staging"},
    {"store"}, {"insight"}, {"keys", "sharing", "scanning", "path_tables", "analysis", "rescoring", "topics"},
    {"erasing", "packs"}, {"steps"}, {"audit"}, {"flows", "cli"}, {"__main__"},
]  # fmt: skip
RANK = {name: rank for rank, names in enumerate(ORDER) for name in names}
HEAVY = {"duckdb", "fsspec", "matplotlib", "numpy", "prefect", "rich", "scipy", "simplemma", "sklearn", "spacy",
         "stanza", "stdnum", "torch", "transformers", "webvtt", "libvoikko", "pyvoikko", "onnx", "onnxruntime",
         "tokenizers", "python_calamine", "httpx", "asyncssh"}  # fmt: skip
ALLOWED = {
    "prefect": {"flows.py"},
    "stdnum": {"privacy/patterns.py", "privacy/identifiers.py"},  # light, and the tables read better with it
    "numpy": {"affect/", "language/lemma_train.py", "touchpoints/learning/"},
    "spacy": {"affect/component.py", "language/component.py"},  # which only spaCy itself imports
}
TOP_LEVEL = {"pipeline", "models", "data", "notebooks", "tests", "pyproject.toml", "prefect.yaml", "README.md"}
SMALL_FILES = {"Makefile", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".ci", ".gitignore"}


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[str, bool]]:
    """Every imported module, and whether it is imported when the file is (not in a function, not for types only)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    lazy = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        or (isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{a.name}" for a in node.names] if node.module == "pipeline" else [node.module]
        yield from ((name, id(node) not in lazy) for name in names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_modules_import_only_what_stands_before_them(path: Path) -> None:
    own = room(path)
    if own == "__init__":
        return
    for name, _ in imports(path):
        parts = name.split(".")
        if parts[0] == "pipeline" and len(parts) > 1 and parts[1] != own:
            assert RANK[parts[1]] < RANK[own], f"{own} imports {parts[1]}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_heavy_libraries_are_imported_inside_functions(path: Path) -> None:
    inside = str(path.relative_to(PACKAGE))
    for name, at_import in imports(path):
        library = name.split(".")[0]
        if library in HEAVY and at_import:
            assert any(inside.startswith(place) for place in ALLOWED.get(library, ())), f"{inside} imports {library}"


def test_every_module_has_a_place_in_the_order() -> None:
    assert {room(path) for path in MODULES} - {"__init__"} == set(RANK)


def test_only_flows_know_prefect() -> None:
    users = {path.name for path in MODULES for name, _ in imports(path) if name.split(".")[0] == "prefect"}
    assert users == {"flows.py"}


def test_masked_text_is_made_in_few_places() -> None:
    """By `privacy`; the others read public corpora, or show a user's own line in a terminal, and store nothing."""
    makers = {
        str(path.relative_to(PACKAGE))
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "MaskedText"
    }
    assert makers == {
        "privacy/masking.py",
        "cli/stages.py",
        "cli/taxonomies.py",
        "language/evaluate.py",
        "affect/component.py",  # a document of spaCy: masked or not is its owner's business
        "affect/measuring/consistency.py",
        "affect/learning/corpora.py",
        "affect/measuring/corpus_check.py",
        "affect/learning/customers.py",
        "affect/evidence.py",  # parts of masked text
        "rescoring/stored.py",  # what is stored, masked before
    }


def test_files_stay_short() -> None:
    long = {str(path.relative_to(ROOT)) for path in MODULES if len(path.read_text(encoding="utf-8").splitlines()) > 360}
    assert not long


def test_sql_is_never_put_together_from_strings() -> None:
    for path in MODULES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("execute", "sql")
            ):
                assert not any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in node.args), path


def test_top_level_is_fixed() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    found = {line.split("/")[0] for line in listed.splitlines()}
    assert found <= TOP_LEVEL | SMALL_FILES
    assert found >= TOP_LEVEL


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["score", "--help"]])
def test_help_loads_nothing_heavy(arguments: list[str]) -> None:
    code = f"""
import sys
from pipeline.cli import main
try:
    main({arguments!r})
except SystemExit:
    pass
print(sorted({HEAVY!r} & {{name.split(".")[0] for name in sys.modules}}))
"""
    output = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert output.splitlines()[-1] == "[]"
