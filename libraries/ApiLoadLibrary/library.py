"""The face: the class that Robot imports, and its listener."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from robot.api import logger
from robot.api.deco import library
from robot.api.types import Secret
from robot.libraries.BuiltIn import BuiltIn
from robotlibcore import DynamicCore

from . import __version__
from .keywords.alerting import tell_alerts
from .keywords.background import Background
from .keywords.baselines import Baselines
from .keywords.bursts import Bursts
from .keywords.capacity import Capacity
from .keywords.closing import tell_outcome, write_reports
from .keywords.converters import CONVERTERS
from .keywords.data import Data
from .keywords.endpoints import Endpoints
from .keywords.faults import Faults
from .keywords.imports import Imports
from .keywords.journeys import Journeys
from .keywords.left_out import place_of, root_of
from .keywords.literal import end_before_load, slips
from .keywords.loads import Loads
from .keywords.metrics import Metrics
from .keywords.monitoring import Monitoring
from .keywords.outlook import Outlook, besides
from .keywords.rate_limits import RateLimits
from .keywords.recovery import Recovery
from .keywords.sending import Sender
from .keywords.servers import Servers
from .keywords.shared import session as _session
from .keywords.signing import Signing
from .keywords.sockets import Sockets
from .keywords.stored import WhatWasStored
from .keywords.strangers import Strangers
from .keywords.verdicts import Verdicts
from .keywords.waivers import Waivers
from .session.place import Place

__all__ = ["ApiLoadLibrary"]

PARTS = (
    Servers,
    Signing,
    Endpoints,
    Imports,
    Data,
    Verdicts,
    Baselines,
    WhatWasStored,
    Monitoring,
    Metrics,
    Waivers,
    Faults,
)
SENDING_PARTS = (
    Loads,
    Bursts,
    Journeys,
    Capacity,
    RateLimits,
    Recovery,
    Strangers,
    Sockets,
    Background,
)
"""Classes of keywords; the latter carry out load sentences, and share who does it."""


@library(
    scope="GLOBAL",
    version=__version__,
    doc_format="MARKDOWN",
    converters=CONVERTERS,
)
class ApiLoadLibrary(DynamicCore):
    """Proves an API ready for production under heavy load, and writes a report to sign.

    ## How a suite reads

    ```robotframework
    *** Settings ***
    Library           ApiLoadLibrary

    *** Test Cases ***
    Everyday Load Is Carried With Room To Spare
        [Metadata]    Requirement    PERF-1
        [Metadata]    Owner          Retail Operations
        Use Server    https://shop.example    workers=50
        Define Endpoint    Products    GET    /api/products    threshold=50 ms
        Sustain 1000 Requests Per Minute On Products    duration=5 min
        Verify Achieved Rate At Least 98 % Of Target
        Verify P95 Below Threshold
        Verify Error Rate Below 1 %
    ```

    Acting and judging are separate.  `Sustain …` sends load and never fails because
    answers are slow; `Verify …` judges the latest load run of its own test, else of its
    suite's setup, and lets the test go on after a failure, so that every criterion is judged.

    ## What is measured

    Requests start when the schedule says, whether or not earlier ones have been answered.
    *Response time* runs from that scheduled start to the last byte: what a customer feels.
    *Service time* runs from the actual start.  Criteria use response time unless they say
    otherwise, of the requests that succeeded and of those that waited in vain.

    ## Verdicts

    A criterion passes, fails, or is inconclusive: the measurement cannot be trusted, because
    the load generator was at fault, there were too few samples, or the value is too close to
    the limit to tell.  Inconclusive never counts as a pass; it fails the test with a message
    that starts `INCONCLUSIVE:` and says what to do.

    ## Values

    | written | is |
    | --- | --- |
    | `200 ms`, `1.5 s`, `1 min 30 s` | a time; a bare `500` is refused |
    | `1 %`, `0.5 %` | a percentage |
    | `1,000/min`, `50/5 s` | a rate |
    | `10 MB/s` | a rate of bytes |
    | `1000`, `1,000` | a count |

    ## Reports

    `acceptance-report.html` and `acceptance-report.json` are written into the output
    directory at the very end, also when tests failed or the run was interrupted.  Beside them:
    `criteria-junit.xml`, `acceptance-summary.md`, and `history/` for the next run's comparison.
    Tests get the tag `verdict:pass`, `verdict:fail` or `verdict:inconclusive`.

    ## Secrets

    What is a Robot `Secret` among the suite's variables or given to a keyword of this library,
    and tokens that `Sign In` got, are masked in every log message, at level TRACE too, in every
    failure, on the console and in every report: as they are, as JSON, HTML and URLs spell them,
    and in base64.  Robot puts `<secret>` where a `Secret` stands within a text; make a `Secret`
    of the whole: `VAR    ${HEADER: Secret}    Bearer ${TOKEN}`.
    """

    ROBOT_LISTENER_API_VERSION = 3

    def __init__(self, cluster: str | None = None) -> None:
        """Once is enough for a whole run: what is set here holds wherever it is imported.

        Args:
            cluster: The scheduler of a Dask cluster that sends the load, `tcp://scheduler:8786`;
                this machine does unless one is named here, by `--variable CLUSTER:…` or by
                `Use Server    cluster=…`.
        """
        self.ROBOT_LIBRARY_LISTENER: Any = self
        if cluster:
            _session.configure(cluster=cluster)
        sender = Sender(_session)
        super().__init__(
            [
                *(part(_session) for part in PARTS),
                *(part(_session, sender) for part in SENDING_PARTS),
            ]
        )
        self._outlook = Outlook(self)
        self._seen_beforehand: list[str] = []
        self._suite: Any = None
        self._ran: set[Any] = set()
        self._output_dir: Path | None = None

    def get_keyword_types(self, name: str) -> Any:
        """Argument types without `| None`: of a union Robot's error does not say what to write."""
        types: Any = super().get_keyword_types(name)  # type: ignore[no-untyped-call]
        if not isinstance(types, dict):
            return types
        return {argument: _only_type(hint) for argument, hint in types.items()}

    # The listener.  Robot calls it for suites that import the library.

    def start_suite(self, data: Any, result: Any) -> None:
        """A suite begins; its setup may make a load run."""
        _session.place = Place(result.full_name)
        _session.endpoints.enter(result.full_name)
        self._suite = data
        if BuiltIn().dry_run_active:
            self._outlook.enter(data)
        else:
            self._output_dir = Path(BuiltIn().get_variable_value("${OUTPUT_DIR}"))
            _learn_secrets()
            _session.configure(cluster=BuiltIn().get_variable_value("${CLUSTER}") or None)
            _session.notes.suite = root_of(result).name
            _session.interim.write_into(self._output_dir)

    def end_suite(self, data: Any, result: Any) -> None:
        """A suite has ended; what comes next belongs to the one around it."""
        _end_loads_of(result.full_name)
        _session.stop_fault_proxy(result.full_name)
        _session.endpoints.leave(result.full_name)
        self._outlook.leave(data)
        result.message = _session.mask(result.message)
        tell_outcome(_session, result)
        _session.place = Place(result.parent.full_name if result.parent else "")

    def start_test(self, data: Any, result: Any) -> None:
        """A test begins; a slip in one of its criteria ends it before any load is sent."""
        # First of all: whatever becomes of what follows, a run belongs to the test that made it.
        place = Place(data.parent.full_name, data.full_name, dict(result.metadata))
        _session.begin_test(place)
        self._ran.add(place_of(data))
        if BuiltIn().dry_run_active:
            self._seen_beforehand = self._outlook.slips(data)
            return
        _learn_secrets()
        if found := slips(data, self, _session.scopes):
            end_before_load(data, found)

    def end_test(self, data: Any, result: Any) -> None:
        """A test has ended: did it fail for another reason than a criterion?"""
        _end_loads_of(data.full_name)
        _session.stop_fault_proxy(data.full_name)
        if self._seen_beforehand:  # in a dry run
            result.status = "FAIL"
            result.message = besides(self._seen_beforehand, result.message)
        result.message = _session.mask(result.message)
        if result.skipped:
            _session.notes.add_not_judged(data.name, result.message)
        elif result.failed:
            _session.notes.add_failure(data.full_name, result.message)
        if outcome := _session.notes.outcome_of(data.full_name):
            result.tags.add(outcome.tags)
            result.message = result.message or outcome.sentence
        _session.place = Place(data.parent.full_name)

    def end_body_item(self, data: Any, result: Any) -> None:
        """A keyword or a control structure has ended: its failure may quote a secret.

        Load in the background may have raised alerts meanwhile.
        """
        tell_alerts(_session)
        masked = _session.mask(result.message)
        if masked != result.message:
            result.message = _SameFailure(masked)

    def log_message(self, message: Any) -> None:
        """Something is being logged: secrets are masked before it is written."""
        message.message = _session.mask(message.message)

    def close(self) -> None:
        """The very end, also after Ctrl-C: write the reports."""
        folder, self._output_dir = self._output_dir, None
        if folder is not None:
            write_reports(_session, folder, self._suite, self._ran)


def _learn_secrets() -> None:
    """Every `Secret` among the suite's variables is masked, whoever uses it."""
    for value in BuiltIn().get_variables().values():
        held = value.values() if isinstance(value, dict) else value
        for each in held if isinstance(value, dict | list) else (value,):
            if isinstance(each, Secret):
                _session.mask.add(str(each.value))


def _end_loads_of(owner: str) -> None:
    """End the load that a test or suite has left going on."""
    try:
        names = _session.background.end_all_of(owner)
    except Exception as error:  # noqa: BLE001 - the test's end has more to do
        logger.error(f"A load that was cut short could not be concluded: {error}")
        return
    for name in names:
        logger.warn(
            f"{name}: the load was cut short, since what had begun it is over; "
            "write `Wait Until Load Ends` or `Stop Load`."
        )


class _SameFailure(str):
    """A masked message that Robot takes for the one that it replaces.

    Where a listener changes a keyword's message, Robot raises a plain failure instead,
    and forgets whether it was fatal, let the test go on, or was no failure at all.
    """

    __slots__ = ()
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, str)

    def __ne__(self, other: object) -> bool:
        return not self == other


def _only_type(hint: Any) -> Any:
    """`Duration | None` as `Duration`; Robot leaves a default of None alone all the same."""
    given = [each for each in get_args(hint) if each is not type(None)]
    return given[0] if len(given) == 1 and type(None) in get_args(hint) else hint
