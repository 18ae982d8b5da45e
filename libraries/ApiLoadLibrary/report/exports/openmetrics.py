"""OpenMetrics text: what a Prometheus text-file collector or push gateway takes.

The format is that of https://prometheus.io/docs/specs/om/open_metrics_spec/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ApiLoadLibrary.report.document import Distribution, Document, Endpoint, Run, Verdict

__all__ = ["openmetrics"]

QUANTILES = {"0.5": "median", "0.9": "p90", "0.95": "p95", "0.99": "p99", "0.999": "p99_9"}

Labels = Mapping[str, str | None]
Sample = tuple[str, Labels, float]
"""The end of its name, its labels, its value."""


@dataclass(frozen=True, slots=True)
class Family:
    """Samples of one name."""

    name: str
    kind: str
    help: str
    samples: tuple[Sample, ...]
    unit: str = ""


def openmetrics(document: Document) -> str:
    """The verdict, each criterion and each load run.

    Runs go by their names, so that their series go on from session to session; of several
    with one name, the later ones get a number.
    """
    return "".join(_family(each) for each in _families(document)) + "# EOF\n"


def _families(document: Document) -> Iterator[Family]:
    system = document.system_under_test
    about = {
        "suite": document.suite,
        "started_at": document.started_at,
        "system": system.name,
        "version": system.version,
        "commit": system.commit,
        "system_environment": system.environment,
    }
    yield Family("apiload_session", "info", "What was tested, and when.", (("_info", about, 1),))
    verdict = tuple(_states("apiload_verdict", {}, document.verdict))
    yield Family("apiload_verdict", "stateset", "What the session came to.", verdict)
    yield from _of_criteria(document)
    yield from _of_runs(list(zip(_names(document.runs), document.runs, strict=True)))


def _states(name: str, labels: Labels, verdict: Verdict) -> Iterator[Sample]:
    for each in Verdict:
        yield "", {**labels, name: each.value}, float(each is verdict)


def _of_criteria(document: Document) -> Iterator[Family]:
    verdicts: list[Sample] = []
    measured: list[Sample] = []
    targets: list[Sample] = []
    for number, each in enumerate(document.criteria, 1):
        labels = {"number": str(number), "id": each.id, "test": each.test}
        labels["criterion"] = each.criterion
        verdicts += _states("apiload_criterion_verdict", labels, each.verdict)
        with_unit = {**labels, "unit": each.unit}
        targets.append(("", with_unit, each.target))
        if each.measured is not None:
            measured.append(("", with_unit, each.measured))
    name = "apiload_criterion"
    yield Family(f"{name}_verdict", "stateset", "Whether a criterion was met.", tuple(verdicts))
    help_of = "The value of a criterion, in its label's unit."
    yield Family(f"{name}_measured", "gauge", help_of, tuple(measured))
    yield Family(f"{name}_target", "gauge", "Its limit, in the same unit.", tuple(targets))


def _names(runs: Iterable[Run]) -> Iterator[str]:
    seen: dict[str, int] = {}
    for run in runs:
        seen[run.name] = seen.get(run.name, 0) + 1
        yield run.name if seen[run.name] == 1 else f"{run.name} #{seen[run.name]}"


def _of_runs(runs: list[tuple[str, Run]]) -> Iterator[Family]:
    parts = [
        ({"run": name, "endpoint": endpoint.name}, endpoint)
        for name, run in runs
        for endpoint in run.endpoints
    ]

    def counter(name: str, text: str) -> Family:
        samples = tuple(("_total", labels, getattr(each, name)) for labels, each in parts)
        return Family(f"apiload_{name}", "counter", text, samples)

    yield counter("requests", "Arrivals that ended, those never sent included.")
    yield counter("errors", "Requests that failed, those never sent included.")
    yield counter("late", "Requests that were sent late.")
    yield counter("dropped", "Requests that were never sent.")
    for rate in ("offered_rate", "achieved_rate"):
        words = f"Requests a second, {rate.partition('_')[0]}."
        samples = tuple(("", labels, getattr(each, f"{rate}_per_s")) for labels, each in parts)
        yield Family(f"apiload_{rate}_per_second", "gauge", words, samples)
    for time in ("response_time", "service_time"):
        yield Family(
            f"apiload_{time}_seconds",
            "summary",
            f"The {time.replace('_', ' ')} of requests.",
            tuple(each for labels, part in parts for each in _summary(labels, part, time)),
            unit="seconds",
        )
    healthy = tuple(("", {"run": name}, float(run.generator.healthy)) for name, run in runs)
    yield Family("apiload_generator_healthy", "gauge", "1 where figures can be trusted.", healthy)


def _summary(labels: Labels, endpoint: Endpoint, time: str) -> Iterator[Sample]:
    times: Distribution | None = getattr(endpoint, f"{time}_ms")
    if times is None:
        return
    for quantile, name in QUANTILES.items():
        yield "", {**labels, "quantile": quantile}, getattr(times, name) / 1_000
    yield "_count", labels, times.count
    yield "_sum", labels, times.mean * times.count / 1_000


def _family(family: Family) -> str:
    if not family.samples:
        return ""
    lines = [f"# TYPE {family.name} {family.kind}"]
    if family.unit:
        lines.append(f"# UNIT {family.name} {family.unit}")
    lines.append(f"# HELP {family.name} {_escaped(family.help)}")
    for end, labels, value in family.samples:
        told = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items() if text)
        number = int(value) if float(value).is_integer() else value
        lines.append(f"{family.name}{end}{f'{{{told}}}' if told else ''} {number}")
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    """A label's value; half a surrogate pair has no UTF-8."""
    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "")
