"""The arrows of docs/architecture.md, walked by `ast` over every import."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
LEAVES = ("agents", "tickets", "commerce", "recordings")
PACKAGES = ("rtc_service", *LEAVES)
DOORS = ("views", "api", "admin", "tasks", "templatetags", "management", "signalling.consumer", "signalling.routing")
# Wiring may know the doors; these hand over to a door at run time and say so where they do it.
WIRING = ("urls", "apps", "routing", "signalling.routing")
HAND_OVERS = {("services.handover", "tasks")}


def modules(package: str) -> Iterator[tuple[str, Path]]:
    """(dotted name, path) of a package's modules, without migrations."""
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if "migrations" not in parts:
            yield ".".join(part for part in parts if part != "__init__"), path


def imported(name: str, path: Path, tree: ast.AST | None = None) -> Iterator[str]:
    """Dotted names that a module imports; `from .a import b` gives a and a.b. Type-checking imports do not count."""
    tree = tree or ast.parse(path.read_text())
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    for node in _real(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)


def _real(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and ast.unparse(child.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
            continue
        yield child
        yield from _real(child)


def within(name: str, rooms: tuple[str, ...]) -> bool:
    return any(name == room or name.startswith(f"{room}.") for room in rooms)


def arrows() -> Iterator[tuple[str, str, str]]:
    """(package, module, imported) of everything of ours that imports something of ours."""
    for package in PACKAGES:
        for name, path in modules(package):
            for target in imported(name, path):
                if target.split(".")[0] in (*PACKAGES, "demo", "tests"):
                    yield package, name, target


ARROWS = list(arrows())


def test_there_is_something_to_walk() -> None:
    assert len(ARROWS) > 300
    assert ("agents", "agents.handlers", "rtc_service.registry") in ARROWS


def test_the_core_knows_no_leaf_and_leaves_do_not_know_each_other() -> None:
    wrong = {
        f"{name} imports {target}"
        for package, name, target in ARROWS
        if target.split(".")[0] in LEAVES and target.split(".")[0] != package
    }
    assert not wrong


def test_nobody_imports_the_demo_or_the_tests() -> None:
    wrong = {
        f"{name} imports {target}" for _package, name, target in ARROWS if target.split(".")[0] in ("demo", "tests")
    }
    assert not wrong


def inside(room: str, *forbidden: str) -> set[str]:
    """Modules of a room, in any app, that import a forbidden room of the same app."""
    wrong = set()
    for package, name, target in ARROWS:
        here, there = name.partition(".")[2], target.partition(".")[2]
        same = target.split(".")[0] == package and (here, there.split(".")[0]) not in HAND_OVERS
        if same and within(here, (room,)) and within(there, forbidden):
            wrong.add(f"{name} imports {target}")
    return wrong


def test_models_import_no_services_and_no_doors() -> None:
    assert not inside("models", "services", *DOORS)


def test_services_import_no_doors() -> None:
    assert not inside("services", *DOORS)


def test_doors_do_not_import_doors() -> None:
    wrong = set()
    for package, name, target in ARROWS:
        here, there = name.partition(".")[2], target.partition(".")[2]
        if target.split(".")[0] != package or within(here, WIRING):
            continue
        mine = next((door for door in DOORS if within(here, (door,))), None)
        other = next((door for door in DOORS if within(there, (door,))), None)
        if mine and other and mine != other:
            wrong.add(f"{name} imports {target}")
    assert not wrong


PURE = [
    ROOT / "rtc_service" / "signalling" / "limits.py",
    *sorted((ROOT / "rtc_service" / "signalling" / "protocol").glob("*.py")),
    *sorted((ROOT / "recordings" / "capture").glob("*.py")),
    *sorted((ROOT / "recordings" / "finalise").glob("*.py")),
    *(
        ROOT / "recordings" / "vault" / name
        for name in ("container.py", "format.py", "layout.py", "reader.py", "writers.py")
    ),
]


@pytest.mark.parametrize("path", PURE, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_pure_modules_know_no_models(path: Path) -> None:
    module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    wrong = {target for target in imported(module, path) if target.startswith("django") or ".models" in target}
    assert not wrong


def test_the_walk_sees_every_way_to_import() -> None:
    """The test of the test: each spelling of a forbidden import is found."""
    lines = [
        "import tickets.models",
        "from tickets import x",
        "from ..a import b",
        "def f():\n    from commerce import y",
        "if TYPE_CHECKING:\n    import demo",
    ]
    source = "\n".join(lines)
    found = set(imported("agents.views.page", Path("page.py"), ast.parse(source)))
    assert {"tickets.models", "tickets.x", "agents.a.b", "commerce.y"} <= found
    assert "demo" not in found
