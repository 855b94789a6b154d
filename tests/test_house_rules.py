"""Rules of the house that no linter knows, each with a snippet that breaks it: a finder that finds nothing proves nothing."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from shared.web.access import allow, allowed_for

ROOT = Path(__file__).resolve().parents[1]
SERVICES = ("enrollment_service", "inquiry_service")
PRODUCT = ("shared", *SERVICES)
LIBRARIES_OF_THE_EDGE = (
    "flask",
    "flask_smorest",
    "marshmallow",
    "celery",
    "kombu",
    "redis",
    "smtplib",
    "jinja2",
)
CLOCKS = {
    "datetime": {"now", "utcnow", "today"},
    "date": {"today"},
    "time": {"time", "time_ns", "monotonic", "monotonic_ns", "perf_counter", "perf_counter_ns", "gmtime"},
}
LOOSE_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)")
INLINE_CODE = re.compile(
    r"""\sstyle\s*=|\son[a-z]+\s*=\s*["']|<style\b|<script\b[^>]*>\s*[^<\s]""", re.IGNORECASE
)
HANDLER_LINES = 15
PROBLEM_MEMBERS = {"type", "title", "status", "code", "errors", "headers", "instance"}

Finder = Callable[[ast.Module], Iterator[str]]


def modules(*folders: str) -> Iterator[Path]:
    """Every Python file of these top-level folders."""
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def name_of(path: Path) -> str:
    """The path as a person would say it."""
    return path.relative_to(ROOT).as_posix()


def offences(find: Finder, *folders: str, but: tuple[str, ...] = ()) -> list[str]:
    """Where the finder finds something, outside the files that may."""
    return [
        f"{name_of(path)}: {found}"
        for path in modules(*folders)
        if name_of(path) not in but
        for found in find(ast.parse(path.read_text()))
    ]


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Every call in the module."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def imported_from(tree: ast.Module, module: str) -> set[str]:
    """The names that `from module import …` brings."""
    found = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module == module)
    return {alias.asname or alias.name for node in found for alias in node.names}


def commits(tree: ast.Module) -> Iterator[str]:
    """Calls of a method `commit`."""
    for call in calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "commit":
            yield f"line {call.lineno} commits"


def clock_reads(tree: ast.Module) -> Iterator[str]:
    """Every look at a clock, however it was imported."""
    bare = {name for name in imported_from(tree, "time") if name in CLOCKS["time"]}
    for call in calls(tree):
        name = ast.unparse(call.func)
        *_, owner, last = ("", *name.split("."))
        if name in bare or last in CLOCKS.get(owner, ()):
            yield f"line {call.lineno} reads a clock: {name}"


def environment_reads(tree: ast.Module) -> Iterator[str]:
    """`os.environ`, `os.getenv`, and both imported by name."""
    if imported_from(tree, "os") & {"environ", "getenv"}:
        yield "imports the environment"
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("os.environ", "os.getenv"):
            yield f"line {node.lineno} reads the environment"


def prints(tree: ast.Module) -> Iterator[str]:
    """Calls of the built-in print."""
    for call in calls(tree):
        if isinstance(call.func, ast.Name) and call.func.id == "print":
            yield f"line {call.lineno} prints"


def sleeps(tree: ast.Module) -> Iterator[str]:
    """Waiting by the clock of the wall."""
    bare = imported_from(tree, "time") & {"sleep"}
    for call in calls(tree):
        if ast.unparse(call.func) in {"time.sleep", *bare}:
            yield f"line {call.lineno} sleeps"


def missing_docstring(tree: ast.Module) -> Iterator[str]:
    """A module that does not say what lives in it."""
    if not ast.get_docstring(tree):
        yield "has no docstring"


def long_handlers(tree: ast.Module) -> Iterator[str]:
    """Functions that are more than a shell around a call of the domain."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and (node.end_lineno or 0) - node.lineno >= HANDLER_LINES:
            yield f"{node.name} has more than {HANDLER_LINES} lines"


def clashing_facts(tree: ast.Module) -> Iterator[str]:
    """Facts of a refusal that would take the place of a member of its problem document (RFC 9457)."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            for name in {keyword.arg for keyword in node.exc.keywords} & PROBLEM_MEMBERS:
                yield f"line {node.lineno} raises with a fact called {name}"


@pytest.mark.parametrize(
    ("find", "snippet"),
    [
        (commits, "session.commit()"),
        (clock_reads, "import datetime\ndatetime.datetime.now()"),
        (clock_reads, "from datetime import date\ndate.today()"),
        (clock_reads, "from time import monotonic\nmonotonic()"),
        (clock_reads, "import time\nstarted = time.time()"),
        (environment_reads, "import os\nos.environ['SECRET_KEY']"),
        (environment_reads, "from os import getenv"),
        (prints, "print('hello')"),
        (sleeps, "import time\ntime.sleep(1)"),
        (sleeps, "from time import sleep\nsleep(1)"),
        (missing_docstring, "x = 1"),
        (clashing_facts, "raise WrongMove(status='closed')"),
        (long_handlers, "def handle():\n" + "    x = 1\n" * 15),
    ],
)
def test_a_snippet_that_breaks_a_rule_is_found(find: Finder, snippet: str) -> None:
    assert list(find(ast.parse(snippet)))


def test_only_the_database_road_commits() -> None:
    assert offences(commits, *PRODUCT, but=("shared/db.py",)) == []


def test_only_the_clock_module_reads_a_clock() -> None:
    assert offences(clock_reads, *PRODUCT, but=("shared/clock.py",)) == []


def test_only_settings_read_the_environment() -> None:
    assert offences(environment_reads, *PRODUCT, but=("shared/settings.py",)) == []


def test_nothing_prints() -> None:
    assert offences(prints, *PRODUCT) == []


def test_tests_never_sleep() -> None:
    assert offences(sleeps, "tests") == []


def test_every_module_says_what_lives_in_it() -> None:
    """An empty `__init__.py` has nothing to say."""
    found = offences(missing_docstring, *PRODUCT, "deploy", "tests", "benchmarks")
    assert [line for line in found if (ROOT / line.split(":")[0]).read_text().strip()] == []


def test_no_refusal_takes_the_place_of_its_status() -> None:
    assert offences(clashing_facts, *(f"{service}/domain" for service in SERVICES)) == []


def test_handlers_of_jobs_are_shells() -> None:
    assert offences(long_handlers, *(f"{service}/jobs" for service in SERVICES)) == []


def too_long(path: Path, lines: int) -> bool:
    """Whether the module is longer than a module of its place may be."""
    return lines > (300 if name_of(path).startswith("shared/") else 500)


def test_no_module_is_too_long() -> None:
    everything = modules(*PRODUCT, "deploy", "tests", "benchmarks")
    assert [name_of(p) for p in everything if too_long(p, len(p.read_text().splitlines()))] == []


def test_a_module_that_is_too_long_is_found() -> None:
    assert too_long(ROOT / "shared/db.py", 301)
    assert too_long(ROOT / "inquiry_service/app.py", 501)


def test_no_module_is_named_for_nothing() -> None:
    everything = modules(*PRODUCT, "deploy", "tests", "benchmarks")
    assert [name_of(path) for path in everything if LOOSE_NAMES.search(path.stem)] == []
    assert LOOSE_NAMES.search("mail_utils")
    assert LOOSE_NAMES.search("helpers")


def test_pages_hold_no_inline_code() -> None:
    """The content security policy would refuse it; letters are another matter, since mail readers need inline style."""
    pages = [path for folder in PRODUCT for path in (ROOT / folder).rglob("web/templates/**/*.html")]
    assert len(pages) > 10
    assert [name_of(path) for path in pages if INLINE_CODE.search(path.read_text())] == []


@pytest.mark.parametrize(
    "snippet",
    [
        '<p style="color: red">',
        '<a onclick="go()">',
        "<style>p {}</style>",
        '<script type="module">go()</script>',
    ],
)
def test_inline_code_is_found(snippet: str) -> None:
    assert INLINE_CODE.search(snippet)
    assert not INLINE_CODE.search('<script type="module" src="/static/x.js"></script>')


def undeclared(app: Flask) -> list[str]:
    """Endpoints that do not say who may call them."""
    return [name for name, view in app.view_functions.items() if not allowed_for(view)]


def test_every_route_of_inquiry_says_who_may_call_it(inquiry_app: Flask) -> None:
    assert undeclared(inquiry_app) == []


def test_every_route_of_enrollment_says_who_may_call_it(enrollment_app: Flask) -> None:
    assert undeclared(enrollment_app) == []


def test_a_route_that_says_nothing_is_found_and_refused() -> None:
    app = Flask("control", static_folder=None)
    app.add_url_rule("/open", "open", lambda: "in")
    app.add_url_rule("/said", "said", allow("director")(lambda: "in"))
    assert undeclared(app) == ["open"]


def edge_libraries_loaded_by(imports: str) -> str:
    """Which libraries of the edge a fresh interpreter has loaded after running `imports`."""
    program = f"import sys\n{imports}\nprint(*(n for n in {LIBRARIES_OF_THE_EDGE} if n in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


@pytest.mark.parametrize("service", SERVICES)
def test_the_domain_and_the_database_load_no_library_of_the_edge(service: str) -> None:
    """Beside the import contracts, which do not follow what other people's packages import."""
    paths = [path for part in ("domain", "db") for path in modules(f"{service}/{part}")]
    names = [name_of(p).removesuffix(".py").replace("/", ".") for p in paths if "migrations" not in p.parts]
    assert len(names) > 10
    assert edge_libraries_loaded_by("\n".join(f"import {name}" for name in names)) == ""


def test_a_library_that_comes_in_sideways_is_found() -> None:
    assert edge_libraries_loaded_by("import flask_babel") == "flask jinja2"
