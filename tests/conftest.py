"""What holds for every test: in CI, nothing is skipped in silence; none disturbs another."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from rig.namespaces import refused
from rig.turns import KINDS, turn


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three more than there are cores: most tests wait for load to end, most of the time."""
    return (os.cpu_count() or 1) + 3


TOGETHER = (
    *("test_cluster.py", "test_cluster_that_goes_away.py", "test_cluster_under_tls.py"),
    *("test_installed.py", "test_stored.py", "test_dry_run.py", "test_keyword_docs.py"),
    *("test_architecture.py", "test_security.py"),
)
"""Files whose tests share something dear: one process runs them all."""
FIRST_OF_ALL = 4
"""So many short tests begin a kind, as about as many processes change to it at once."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Tests go to whoever is free, in their order, but for those that stay together.

    (`--dist loadgroup` would do it, but this xdist marks tests in a way that pytest 9.2 overlooks.)
    """
    from xdist.scheduler import LoadScopeScheduling

    class OneByOne(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.split("::", maxsplit=1)[0]
            return file if file.endswith(TOGETHER) else nodeid

    config.option.loadscopereorder = False
    return OneByOne(config, log)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """One kind after the other, so that they seldom wait for each other.

    Of each, long ones come before others, so that no process has long work when others have none.
    But a few others come first of all: until they end, those wait who still have one of the kind
    before.
    What reads files that are not ours to ship is left out where they are not, and what needs
    network namespaces where they cannot be made: no installing helps there.
    """
    if "API_DESCRIPTIONS" not in os.environ:
        _leave_out("public", config, items)
    if refused():
        _leave_out("namespaces", config, items)
    items[:] = [item for kind in KINDS for item in _in_order(kind, items)]


def _in_order(kind: str, items: list[pytest.Item]) -> list[pytest.Item]:
    of_kind = [item for item in items if _kind(item) == kind]
    long = [item for item in of_kind if item.get_closest_marker("slow")]
    others = [item for item in of_kind if not item.get_closest_marker("slow")]
    return [*others[:FIRST_OF_ALL], *long, *others[FIRST_OF_ALL:]]


def _leave_out(marker: str, config: pytest.Config, items: list[pytest.Item]) -> None:
    left_out = [item for item in items if item.get_closest_marker(marker)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Outside of the test: waiting for its turn is no part of its time."""
    with turn(_kind(item)):
        return (yield)


def _kind(item: pytest.Item) -> str:
    return next((each for each in KINDS if item.get_closest_marker(each)), KINDS[0])


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and _skipped(session.config) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(config: pytest.Config) -> None:
    if why := refused():
        _reporter(config).line(f"Left out: load from a cluster of network namespaces ({why})")
    if os.environ.get("CI") and _skipped(config):
        _reporter(config).section("In CI a skipped test is a failure", red=True)
        for report in _skipped(config):
            _reporter(config).line(report.nodeid, red=True)


def _skipped(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    # One of several processes that run tests has no reporter: it tells the one that has.
    return reporter.stats.get("skipped", []) if (reporter := _reporter(config)) else []


def _reporter(config: pytest.Config) -> pytest.TerminalReporter | None:
    return config.pluginmanager.get_plugin("terminalreporter")
