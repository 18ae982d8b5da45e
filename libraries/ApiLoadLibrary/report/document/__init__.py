"""The report document: what `acceptance-report.json` holds, one class per object.

Units stand in the names; absent is None, never 0.  What this version does not
measure yet is an empty tuple, so that the shape stays when it does.  The JSON
Schema in this room says the same, and a test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.criteria.judgement import Verdict

from .criterion import Criterion
from .earlier import EarlierCriterion, EarlierSession
from .endpoint import Distribution, Endpoint, FailureCount
from .follow_up import Alert, Approval, FailedTest, NotJudged, Recommendation, Waiver
from .headroom import Headroom, Hold
from .resources import Monitored, MonitoredFigure, ResourceSecond, ResourceUse, Summary
from .run import Generator, GeneratorHost, Phase, RequestSample, Run, Second

__all__ = [
    "HTML_NAME",
    "INTERIM_NAME",
    "JSON_NAME",
    "SCHEMA_VERSION",
    "UNVERIFIED",
    "Alert",
    "Approval",
    "Criterion",
    "Distribution",
    "Document",
    "EarlierCriterion",
    "EarlierSession",
    "Endpoint",
    "FailedTest",
    "FailureCount",
    "Generator",
    "GeneratorHost",
    "Headroom",
    "Hold",
    "Monitored",
    "MonitoredFigure",
    "NotJudged",
    "Phase",
    "Recommendation",
    "RequestSample",
    "ResourceSecond",
    "ResourceUse",
    "Run",
    "Second",
    "Summary",
    "SystemUnderTest",
    "Verdict",
    "Waiver",
]

SCHEMA_VERSION = "1.1"
"""A minor version adds fields, a major one changes what is there; see `older.py`."""

UNVERIFIED = "certificates_not_verified"
"""In `environment`: of which servers."""

JSON_NAME = "acceptance-report.json"
HTML_NAME = "acceptance-report.html"
INTERIM_NAME = "acceptance-interim.json"


@dataclass(frozen=True, slots=True)
class SystemUnderTest:
    """What was put under load.

    Attributes:
        base_url: Where its requests went, without credentials.
        name: What people call it.
        version: Its version.
        commit: The commit it was built from.
        environment: Where it stood: `staging`, `production` …
    """

    base_url: str
    name: str | None = None
    version: str | None = None
    commit: str | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One acceptance report.

    Attributes:
        schema_version: The version of this shape.
        verdict: Passes only if at least one criterion was judged, all passed, no test
            failed for another reason and nothing was interrupted.
        title: What the report is about.
        started_at: When the session began, ISO 8601 with offset.
        finished_at: When it ended, ISO 8601 with offset.
        duration_s: The seconds between.
        system_under_test: What was put under load.
        environment: Where the load generator ran, and in which versions.
        runs: Every load run, in the order they were made.
        criteria: Every criterion that was judged.
        not_judged: What no criterion looked at.
        failed_tests: Tests that failed for another reason than a criterion.
        interrupted: Why the session ended early; null when it did not.
        resources: What the system under test's host was doing, per load run.
        monitored: All that was watched, per load run: hosts, processes, gauges.
        alerts: What went out of bounds while load ran.
        recommendations: What to do next, the most urgent first.
        waivers: Criteria that somebody decided to live with; they change no verdict.
        approvals: Signatures; see `sign` on the command line.
        suite: The suite that was run, by its name; empty where that is not known.
        tests: Long names of the tests that were run, as far as they use the library.
        left_out: How many of its tests were no part of this session; null where that is not known.
        attempts: Earlier sessions of which this one repeats a part, oldest first.
        history: The last sessions of the same suite before those, oldest first.
        headroom: How much more the system can carry, by load runs that belong together.
    """

    schema_version: str
    verdict: Verdict
    title: str
    started_at: str
    finished_at: str
    duration_s: float
    system_under_test: SystemUnderTest
    environment: dict[str, str | int | float | None]
    runs: tuple[Run, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    failed_tests: tuple[FailedTest, ...] = ()
    interrupted: str | None = None
    resources: tuple[ResourceUse, ...] = ()
    monitored: tuple[Monitored, ...] = ()
    alerts: tuple[Alert, ...] = ()
    recommendations: tuple[Recommendation, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    approvals: tuple[Approval, ...] = ()
    suite: str = ""
    tests: tuple[str, ...] = ()
    left_out: int | None = None
    attempts: tuple[EarlierSession, ...] = ()
    history: tuple[EarlierSession, ...] = ()
    headroom: tuple[Headroom, ...] = ()
