"""What is judged in a session: on which load run, and whose requirement it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from ApiLoadLibrary.criteria.baseline import Baseline, added, read_baseline, write_baseline
from ApiLoadLibrary.criteria.evaluation import Measured, evaluate, measure
from ApiLoadLibrary.criteria.everything import everything
from ApiLoadLibrary.criteria.grammar import EVERYTHING, parse, spelled
from ApiLoadLibrary.criteria.judgement import Judgement
from ApiLoadLibrary.criteria.regression import judge_regression
from ApiLoadLibrary.criteria.subject import names_in
from ApiLoadLibrary.criteria.when import check_confidence
from ApiLoadLibrary.errors import BadInput, NothingToJudge, UnknownName
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.record import JudgedCriterion
from ApiLoadLibrary.values import Percent

from .background import BackgroundLoads
from .criteria_file import Requirement
from .place import Place

__all__ = ["JudgedCriterion", "Verdicts"]


class Verdicts:
    """Every load run so far, and every criterion judged on them.

    Args:
        place: Where the suite stands now.
        background: Load that goes on; what it will have measured nobody can judge yet.

    Attributes:
        runs: In the order in which they were made.
        criteria: In the order in which they were judged.
    """

    def __init__(self, place: Callable[[], Place], background: BackgroundLoads) -> None:
        self._place = place
        self._background = background
        self.runs: list[RunResult] = []
        self.criteria: list[JudgedCriterion] = []
        self._covered: set[str] = set()  # ids of the runs on which something was judged

    def latest_run(self, name: str | None = None) -> RunResult:
        """The run that a criterion judges here: of this test, else of its suites' setups.

        Args:
            name: Of another run, made anywhere; the latest of that name.

        Raises:
            UnknownName: No run has this name.
            NothingToJudge: No load run has been made here, or it has not ended.
        """
        if name is not None:
            self._background.require_none_goes_on(name)
            named = [run for run in self.runs if name.casefold() in {run.name.casefold(), run.id}]
            if not named:
                raise UnknownName("load run", name, dict.fromkeys(run.name for run in self.runs))
            return named[-1]
        for owner in self._place().outwards():
            latest = next((run for run in reversed(self.runs) if run.test == owner), None)
            self._background.require_ended(owner, latest)
            if latest is not None:
                return latest
        raise NothingToJudge(
            "No load run has been made in this test or in its suite's setup: "
            "send load first (Sustain …), or name a run with run=."
        )

    def add_reading(self, run: RunResult, reading: Reading) -> None:
        """Add what was found of a run after it had ended; what was found before of it goes."""
        kept = [
            each
            for each in run.readings
            if (each.metric, each.endpoint) != (reading.metric, reading.endpoint)
        ]
        place = next(n for n, each in enumerate(self.runs) if each.id == run.id)
        self.runs[place] = replace(run, readings=(*kept, reading))

    def judge(
        self, wanted: str | Requirement, run_name: str | None = None, clauses: str = ""
    ) -> JudgedCriterion:
        """Judge a criterion, and keep what comes of it.

        Args:
            wanted: The criterion, or a requirement that says more of it than its test does.
            run_name: Of another run than the latest here.
            clauses: What to add to it.

        Raises:
            BadCriterion: It cannot be read.
            UnknownName: It names a phase that the run has not.
            BadInput: It is about everything, and names a run.
            NothingToJudge: There is no load run to judge.
        """
        requirement = Requirement(wanted) if isinstance(wanted, str) else wanted
        text = f"{requirement.criterion} {clauses}".rstrip()
        if parse(text).scope == EVERYTHING:
            run = self._everything(run_name)
            self._covered.update(each.id for each in self.runs)
        else:
            run = self.latest_run(run_name)
        return self._keep(evaluate(parse(text, names_in(run)), run), requirement)

    def _everything(self, run_name: str | None) -> RunResult:
        """All runs of the session as one."""
        if run_name is not None:
            raise BadInput(f"run='{run_name}' names a run, and everything means all: write one.")
        self._background.require_none_goes_on()
        if not self.runs:
            raise NothingToJudge("No load run has been made yet: send load first (Sustain …).")
        return everything(self.runs)

    def _keep(self, judgement: Judgement, requirement: Requirement) -> JudgedCriterion:
        """With whose it is: as the requirement says, or else the test's metadata."""
        place = self._place()
        metadata = {key.casefold(): value for key, value in place.metadata.items()}
        judged = JudgedCriterion(
            judgement=judgement,
            id=requirement.id or self._id_from(metadata),
            test=place.name,
            requirement=requirement.requirement or metadata.get("requirement"),
            owner=requirement.owner or metadata.get("owner"),
            clause=requirement.clause or metadata.get("clause"),
        )
        self.criteria.append(judged)
        if judgement.run_id is not None:
            self._covered.add(judgement.run_id)
        return judged

    def _id_from(self, metadata: Mapping[str, str]) -> str:
        """The test's own id, with a number from its second criterion on; else a running number."""
        own = metadata.get("criterion id")
        if own is None:
            return f"C{len(self.criteria) + 1}"
        before = sum(each.test == self._place().name for each in self.criteria)
        return f"{own}.{before + 1}" if before else own

    def judge_regression(
        self, file: str, tolerance: Percent, run_name: str | None, confidence: Percent
    ) -> JudgedCriterion:
        """Judge whether a run is slower than those of a baseline, and keep what comes of it.

        Raises:
            BadInput: The file is no baseline, or so little is no confidence.
            NothingToJudge: There is no load run to judge.
        """
        run = self.latest_run(run_name)
        judgement = judge_regression(
            run, read_baseline(Path(file)), tolerance, check_confidence(confidence)
        )
        return self._keep(judgement, Requirement(judgement.criterion))

    def save_baseline(self, file: str, run_name: str | None) -> int:
        """Add a run to a baseline; returns how many it then holds.

        Raises:
            BadInput: The file cannot be written, or is something else; or the run can be no
                measure for others.
            NothingToJudge: There is no load run.
        """
        path = Path(file)
        before = read_baseline(path) if path.exists() else Baseline(path.name, ())
        baseline = added(before, self.latest_run(run_name))
        write_baseline(baseline, path)
        return len(baseline.runs)

    def measure(self, metric: str, scope: str | None, run_name: str | None = None) -> Measured:
        """A metric's value in the run that a criterion would judge here.

        Raises:
            BadCriterion: There is no such metric.
            NothingToJudge: There is no load run, or it measured nothing of this kind.
        """
        of_all = scope is not None and spelled(scope) == EVERYTHING
        run = self._everything(run_name) if of_all else self.latest_run(run_name)
        measured = measure(metric, scope, run)
        if measured.value is None:
            raise NothingToJudge(f"{metric} of the run {run.name} is unknown: nothing measured it.")
        return measured

    def runs_nobody_judged(self) -> list[RunResult]:
        """Load that was sent, but no requirement was judged on it.

        An overload is not sent to be judged, but to see what it does to others.
        """
        return [
            run for run in self.runs if run.id not in self._covered and run.scenario != "overload"
        ]
