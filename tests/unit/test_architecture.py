"""The rules of the house (see CONTRIBUTING.md): who may import whom, and what lies where."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LIBRARIES = ROOT / "libraries"
LIBRARY = "ApiLoadLibrary"

GROUND = {"errors", "figures", "files", "values", "workload", "measurement"}
LOAD_WING = {"scenarios", "engine", "cluster", "monitor", "faults"}
JUDGING_WING = {"report", "criteria"}
# Each room and the other rooms it may import.
MAY_IMPORT = {
    **dict.fromkeys(GROUND, GROUND),
    **dict.fromkeys(LOAD_WING, GROUND | LOAD_WING - {"scenarios"}),
    "scenarios": GROUND | LOAD_WING,
    "criteria": GROUND,
    "report": GROUND | {"criteria"},
    "session": GROUND | LOAD_WING | JUDGING_WING,
    "keywords": GROUND | {"session"},
    "library": GROUND | {"session", "keywords"},
    "the door": {"library", "keywords"},
    "__main__": {"session"},
}
ROBOT_ROOMS = {"keywords", "library"}
ROBOT_MODULES = {"robot", "robotlibcore", "RequestsLibrary", "assertionengine"}

TOP_LEVEL = {
    *("suites", "libraries", "resources", "results", "tests", ".ci"),
    *("run.py", "requirements.txt", "pyproject.toml"),
    *("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE"),
    *(".gitignore", ".gitattributes", ".editorconfig"),
}


def modules_of(package: str) -> dict[str, Path]:
    found = {}
    for path in sorted((LIBRARIES / package).rglob("*.py")):
        parts = path.relative_to(LIBRARIES).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def statements(tree: ast.AST, with_types: bool) -> Iterator[ast.AST]:
    """All nodes; without types, nothing that stands under `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            branches = node.body + node.orelse if with_types else node.orelse
            yield from branches
            for branch in branches:
                yield from statements(branch, with_types)
        else:
            yield node
            yield from statements(node, with_types)


def imports_of(
    source: str, module: str, *, is_package: bool = False, with_types: bool = True
) -> set[str]:
    """The full names a module imports, wherever in it the import stands."""
    package = module if is_package else module.rpartition(".")[0]
    names = set()
    for node in statements(ast.parse(source), with_types):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level]
            start = ".".join([*(above if node.level else []), *filter(None, [node.module])])
            names |= {f"{start}.{alias.name}" for alias in node.names}
    return names


def all_imports(package: str, *, with_types: bool = True) -> dict[str, set[str]]:
    return {
        module: imports_of(
            path.read_text("utf-8"),
            module,
            is_package=path.name == "__init__.py",
            with_types=with_types,
        )
        for module, path in modules_of(package).items()
    }


def room_of(name: str) -> str:
    """`ApiLoadLibrary.engine.loop` lies in engine; what the package itself names, at the door."""
    inside = name.split(".")[1:2]
    if inside == [LIBRARY]:  # the class, which the door fetches from library.py
        return "library"
    return inside[0] if inside and inside[0] in MAY_IMPORT else "the door"


def forbidden_imports(imports: dict[str, set[str]]) -> list[str]:
    found = []
    for module, names in imports.items():
        room = room_of(module)
        allowed = MAY_IMPORT[room] | {room, "the door"}
        for name in sorted(names):
            package = name.split(".")[0]
            if package == LIBRARY and room_of(name) not in allowed:
                found.append(f"{module} imports {name}")
            if package in ROBOT_MODULES and room not in ROBOT_ROOMS:
                found.append(f"{module} imports {name}")
    return found


def circle(imports: dict[str, set[str]]) -> list[str]:
    """The modules of one import circle, or nothing."""
    graph = {
        module: {nearest_module(name, imports) for name in names} - {module}
        for module, names in imports.items()
        if module != LIBRARY  # the door opens downwards, when somebody asks it to
    }
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def nearest_module(name: str, modules: dict[str, set[str]]) -> str:
    """`from a.b import c` imports a.b.c where that is a module, else a.b."""
    return name if name in modules else name.rpartition(".")[0]


def project_files() -> list[str]:
    """What git holds or would take. Another user's checkout is as good as ours."""
    command = ["git", "-c", "safe.directory=*", "ls-files"]
    command += ["--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def library_version() -> str:
    source = (LIBRARIES / LIBRARY / "__init__.py").read_text("utf-8")
    return re.search(r'^__version__ = "(.+)"$', source, re.MULTILINE)[1]


def test_every_module_lies_in_a_known_room():
    parts = {module.split(".")[1] for module in modules_of(LIBRARY) if "." in module}
    assert parts <= set(MAY_IMPORT), "say in MAY_IMPORT which wing a new room belongs to"


def test_rooms_import_only_what_the_house_allows():
    assert forbidden_imports(all_imports(LIBRARY)) == []


def test_no_module_imports_itself_in_a_circle():
    assert circle(all_imports(LIBRARY, with_types=False)) == []


@pytest.mark.parametrize("one, other", [(LIBRARY, "pos_api"), ("pos_api", LIBRARY)])
def test_library_and_reference_api_do_not_know_each_other(one, other):
    knowing = [
        module
        for module, names in all_imports(one).items()
        if any(name.split(".")[0] == other for name in names)
    ]
    assert knowing == []


@pytest.mark.parametrize(
    "module, source",
    [
        ("ApiLoadLibrary.engine.loop", "import ApiLoadLibrary.report.html"),
        ("ApiLoadLibrary.engine.loop", "from ApiLoadLibrary import criteria"),
        ("ApiLoadLibrary.engine.loop", "from ..criteria import language"),
        ("ApiLoadLibrary.engine.loop", "from ApiLoadLibrary.scenarios import Burst"),
        ("ApiLoadLibrary.criteria.language", "from ApiLoadLibrary.report import document"),
        ("ApiLoadLibrary.values", "from .session import Session"),
        ("ApiLoadLibrary.session.store", "def late():\n    from ApiLoadLibrary import keywords"),
        ("ApiLoadLibrary.session.store", "if TYPE_CHECKING:\n    from robot.api import logger"),
        ("ApiLoadLibrary.report.html", "import RequestsLibrary"),
        ("ApiLoadLibrary.report.html", "from ApiLoadLibrary import ApiLoadLibrary"),
    ],
)
def test_a_forbidden_import_is_seen_in_whatever_form(module, source):
    assert forbidden_imports({module: imports_of(source, module)}) != []


@pytest.mark.parametrize(
    "module, source",
    [
        ("ApiLoadLibrary.session.store", "from ApiLoadLibrary.engine import loop"),
        ("ApiLoadLibrary.report.html", "from ApiLoadLibrary import __version__"),
        ("ApiLoadLibrary.report.html", "from ApiLoadLibrary.criteria.language import parse"),
        ("ApiLoadLibrary.keywords.load", "from robot.api import logger"),
        ("ApiLoadLibrary.engine.loop", "from . import connection\nimport robotparser"),
    ],
)
def test_an_allowed_import_is_let_through(module, source):
    assert forbidden_imports({module: imports_of(source, module)}) == []


def test_a_circle_is_seen_unless_only_types_need_it():
    imports_b, imports_a = "from .b import B", "from .a import A"
    for_types = f"if TYPE_CHECKING:\n    {imports_a}"
    a = imports_of(imports_b, "x.a", with_types=False)
    assert circle({"x.a": a, "x.b": imports_of(imports_a, "x.b", with_types=False)}) != []
    assert circle({"x.a": a, "x.b": imports_of(for_types, "x.b", with_types=False)}) == []


IMPORT_AND_TELL = """
import importlib, sys
for name in sys.argv[1:]:
    importlib.import_module(name)
    if loaded := ROBOT_MODULES & set(sys.modules):
        sys.exit(f"importing {name} loads {', '.join(loaded)}")
"""


def test_lower_rooms_leave_robot_unloaded():
    lower = [
        module
        for module in modules_of(LIBRARY)
        if room_of(module) not in ROBOT_ROOMS and not module.endswith("__main__")
    ]
    script = IMPORT_AND_TELL.replace("ROBOT_MODULES", repr(ROBOT_MODULES))
    command = [sys.executable, "-c", script, *lower]
    # -c puts the working directory on the path.
    done = subprocess.run(command, cwd=LIBRARIES, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_top_level_holds_nothing_else():
    assert {name.split("/")[0] for name in project_files()} <= TOP_LEVEL


def test_results_are_kept_out_of_git():
    results = [name for name in project_files() if name.startswith("results/")]
    assert results == ["results/.gitkeep"]


def test_changelog_begins_with_the_version_of_the_code():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    assert re.search(r"^## \[(\d.*?)\]", changelog, re.MULTILINE)[1] == library_version()


def test_no_file_names_a_place_on_somebodys_machine():
    # A path in a URL or behind a variable is another matter.
    place = re.compile(r"(?<![\w.}])/(work|root|home|Users)/")
    naming = []
    for name in project_files():
        try:
            text = (ROOT / name).read_text("utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        naming += [f"{name}: {line}" for line in text.splitlines() if place.search(line)]
    assert naming == []


def direct_dependencies() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = project["dependency-groups"].values()
    listed = project["project"]["dependencies"] + [entry for group in groups for entry in group]
    return [Requirement(entry) for entry in listed if isinstance(entry, str)]


@pytest.mark.parametrize("dependency", direct_dependencies(), ids=lambda wanted: wanted.name)
def test_direct_dependency_is_pinned_within_its_range(dependency):
    lines = (ROOT / "requirements.txt").read_text("utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    versions = [
        str(pin.specifier).removeprefix("==")
        for pin in pins
        if pin.name.lower() == dependency.name.lower()
    ]
    assert len(versions) == 1
    assert dependency.specifier.contains(versions[0])


WALL_CLOCK = {
    "scenarios/run.py",  # when a run began, as people say it
    "session/acceptance.py",  # the same of the session
    "session/suite_timing.py",  # the same
    "session/signin.py",  # tokens run out by the clock
    "session/command_line/sign.py",  # the day of an approval
}


def test_nothing_is_timed_by_a_clock_that_can_be_set() -> None:
    house = LIBRARIES / LIBRARY
    asks = re.compile(r"\btime\.time(_ns)?\(|\b(datetime|date)\.(now|today|utcnow)\(")
    found = {
        path.relative_to(house).as_posix()
        for path in house.rglob("*.py")
        if asks.search(path.read_text("utf-8"))
    }
    assert found == WALL_CLOCK
