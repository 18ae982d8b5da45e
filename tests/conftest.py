"""What holds for every test: in CI, nothing is skipped in silence."""

import os

import pytest


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get("CI") and _skipped(session.config) and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(config: pytest.Config) -> None:
    if os.environ.get("CI") and _skipped(config):
        _reporter(config).section("In CI a skipped test is a failure", red=True)
        for report in _skipped(config):
            _reporter(config).line(report.nodeid, red=True)


def _skipped(config: pytest.Config) -> list[pytest.TestReport | pytest.CollectReport]:
    return _reporter(config).stats.get("skipped", [])


def _reporter(config: pytest.Config) -> pytest.TerminalReporter:
    return config.pluginmanager.get_plugin("terminalreporter")
