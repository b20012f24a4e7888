"""How the suite is run: on which databases, how much of it, in which order. Fixtures: `suite_fixtures`."""

import gc
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from extent import COMPLETE

# What a process compiles is kept, or each that the suite starts would compile all that it imports anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
BROWSER = Path(__file__).with_name("browser")
FOR_COMPLETE_RUNS = {"server", "thorough"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=("sqlite", "postgres"))


@pytest.hookimpl(trylast=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """Load the fixtures, and so all of Tipline, where tests run; who only hands them out goes without.

    Not sooner, or who measures coverage would not see what runs once, as a module is read.
    """
    if hasattr(session.config, "workerinput") or not session.config.getoption("numprocesses", None):
        session.config.pluginmanager.import_plugin("suite_fixtures")


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Do not even read tests of which none would run: all in `browser` need one."""
    return True if config.option.markexpr == "not browser" and collection_path == BROWSER else None


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run each test that needs a database on the one that was asked for; a complete run takes both."""
    if "backend" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--database")
        backends = [asked] if asked else ["sqlite", "postgres"] if COMPLETE else ["sqlite"]
        metafunc.parametrize("backend", backends, scope="session")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Leave out, rather than skip, what is a matter of the other database alone."""
    only = item.get_closest_marker("only")
    callspec = getattr(item, "callspec", None)
    if only and callspec and callspec.params.get("backend") not in only.args:
        item.add_marker("elsewhere")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with whole servers and browsers: they wait much, and what is short fills the gaps at the end.

    Whole servers, and tests that try much, are for complete runs and for who names a file, a folder or the
    marker.
    """
    left_out = {"elsewhere"}
    if not COMPLETE and config.args_source is not config.ArgsSource.ARGS:
        left_out |= {mark for mark in FOR_COMPLETE_RUNS if mark not in config.option.markexpr}
    marks = {item: {mark.name for mark in item.iter_markers()} for item in items}
    items[:] = [item for item in items if left_out.isdisjoint(marks[item])]
    items.sort(key=lambda item: {"server", "browser"}.isdisjoint(marks[item]))


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: modules, tests, compiled statements."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)
