"""The floors hold: imports go down or stay, keepers keep, modules stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "server" / "zorgnetwerk"
FLOORS = {"terms": 0, "errors": 0, "settings": 0, "logs": 0, "store": 1, "dataset": 2, "submission": 3, "web": 4}
TOP_FLOOR = 5
KEEPERS = {
    "pyoxigraph": ("store/", "terms/syntax.py"),
    "SPARQLWrapper": ("store/remote.py",),
    "pyshacl": ("submission/validation.py",),
    "flask": ("web/",),
    "werkzeug": ("web/",),
    "jinja2": ("web/",),
    "babel": ("web/",),
    "granian": (),
    "authlib": ("web/oidc.py",),
    "requests": ("web/oidc.py",),
}
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "core", "manager", "managers", "misc"}
LINE_LIMIT = 320
FUNCTION_LIMIT = 45


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def relative(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno} imports relatively"
            yield node.module or "", node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def floor_of(dotted: str) -> int:
    parts = dotted.split(".")
    return FLOORS.get(parts[1], TOP_FLOOR) if len(parts) > 1 else 0


def test_there_are_modules_to_check() -> None:
    assert len(modules()) > 40


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_imports_go_down_or_stay(path: Path) -> None:
    own = floor_of(".".join(("zorgnetwerk", *path.relative_to(PACKAGE).with_suffix("").parts)))
    breaches = [
        f"line {line}: {name}"
        for name, line in imported(path)
        if name.startswith("zorgnetwerk.") and name != "zorgnetwerk.__version__" and floor_of(name) > own
    ]
    assert not breaches


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_keepers_keep(path: Path) -> None:
    breaches = [
        f"line {line}: {name}"
        for name, line in imported(path)
        if (homes := KEEPERS.get(name.partition(".")[0])) is not None and not relative(path).startswith(homes or ("-",))
    ]
    assert not breaches


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= LINE_LIMIT
    assert path.stem not in FORBIDDEN_NAMES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            assert length <= FUNCTION_LIMIT or _only_defines(node), f"{node.name} has {length} lines"


def _only_defines(node: ast.FunctionDef) -> bool:
    """Whether a function is a table of routes: it defines small functions and returns."""
    return all(isinstance(part, ast.FunctionDef | ast.Return | ast.Expr | ast.Assign | ast.For) for part in node.body)


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_every_module_says_what_it_knows(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    assert ast.get_docstring(tree) or not tree.body


@pytest.mark.parametrize("path", modules(), ids=relative)
def test_every_public_function_has_a_docstring(path: Path) -> None:
    missing = []
    for node in ast.parse(path.read_text("utf-8")).body:
        if (
            isinstance(node, ast.FunctionDef | ast.ClassDef)
            and not node.name.startswith("_")
            and not ast.get_docstring(node)
        ):
            missing.append(node.name)
    assert not missing


def test_no_module_has_state_at_import() -> None:
    """Settings and stores are made in app.py, assembly.py and cli.py; a module makes none at import."""
    offenders = [
        f"{relative(path)}:{node.lineno}"
        for path in modules()
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.List | ast.Dict | ast.Set)
        and not _is_constant(node)
    ]
    assert not offenders


def _is_constant(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return all(
        (isinstance(target, ast.Name) and target.id.lstrip("_").isupper()) or getattr(target, "id", "") == "__all__"
        for target in targets
    )
