"""Of each rule: a document that shows what it is about, and some that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import PhaseResult
from ApiLoadLibrary.measurement.watched import WatchedKind
from ApiLoadLibrary.report.document import (
    Alert,
    Document,
    Endpoint,
    FailedTest,
    Run,
    Verdict,
)
from unit.report.advice.documents import (
    distribution,
    endpoint_of,
    host_of,
    judged,
    passing,
    rising,
    run_of,
    steady,
    watched_process,
)

QUICK, NO_ERRORS = "p95 < 50 ms", "error rate < 1 %"
Make = Callable[[], Document]


def of_endpoint(change: Callable[[Endpoint], Endpoint]) -> Callable[[Run], Run]:
    return lambda run: replace(run, endpoints=tuple(map(change, run.endpoints)))


def one(times, criterion=QUICK, host=None, **traits) -> Document:
    """A run on one endpoint."""
    seconds = traits.get("seconds", 60)
    watched = None if host is None else host_of([host] * seconds)
    return judged(run_of(endpoint_of(times, **traits), host=watched), criteria=(criterion,))


# ---------------------------------------------------------------------------------- the measurement


def starved() -> Document:
    run = run_of(endpoint_of(steady()))
    reasons = ("it waited for a core 40 % of the time",)
    return judged(
        replace(run, generator=replace(run.generator, reasons=reasons)), criteria=(QUICK,)
    )


def unsure() -> Document:
    return judged(run_of(endpoint_of(steady(35.0))), criteria=("p95 < 48.5 ms",))


def never_settled() -> Document:
    times = steady(10)
    return one(lambda s, n: times(s, n) * (1 + (s >= 35)), "p95 < 100 ms", seconds=60)


# --------------------------------------------------------------------------------------- failures


def failing(outcome: int, share: float = 0.05, **traits) -> Document:
    every = round(1 / share)
    return one(
        steady(),
        NO_ERRORS,
        outcome=lambda s, n: outcome if (s * 20 + n) % every == 0 else 200,
        **traits,
    )


def failing_between(start: int, end: int) -> Document:
    return one(
        steady(),
        NO_ERRORS,
        outcome=lambda s, n: 503 if start <= s < end and n % 5 else 200,
    )


def let_in(admitted: int) -> Document:
    row = {"endpoint": "Orders", "kind": "no token", "requests": 9, "refused": 9 - admitted}
    details = {"strangers": [{**row, "admitted": admitted}], "beside": []}
    return judged(run_of(endpoint_of(steady()), scenario="strangers", details=details))


CAUSES = {
    "turned away (503)": 503,
    "server errors": 500,
    "gateway errors": 504,
    "no answer in time": Failure.ANSWER_TIMEOUT,
    "rate limit": 429,
    "sign-in": 401,
    "test data": 404,
    "no connection": Failure.REFUSED,
    "broken connections": Failure.RESET,
    "network": Failure.UNREACHABLE,
    "encryption": Failure.TLS_FAILED,
    "wrong answers": Failure.CHECK_FAILED,
    "broken protocol": Failure.NOT_HTTP,
    "redirected": 302,
    "our own means": Failure.NO_PORTS,
}

# ------------------------------------------------------------------------------- waiting, machines


def overloaded(service_ms: float = 400.0) -> Document:
    """Each request waits longer than the one before."""
    times = steady(service_ms)
    waited = endpoint_of(times, delay=lambda s, _n: 30.0 * s)
    return judged(run_of(waited, workers=8), criteria=(QUICK,))


def watched(cpu: float, times=None, criterion: str = QUICK, name: str = "pos-1") -> Document:
    run = run_of(endpoint_of(times or steady(60)), host=host_of([cpu] * 60, name=name))
    return judged(run, criteria=(criterion,))


def memory(gb: Callable[[int], float], seconds: int = 240) -> Document:
    host = host_of([40.0] * seconds, [gb(second) for second in range(seconds)])
    return judged(run_of(endpoint_of(steady(), seconds=seconds, per_s=4), host=host))


def disk(percent: float) -> Document:
    run = run_of(endpoint_of(steady()), host=host_of([40.0] * 60))
    filled = tuple(replace(each, disk_percent=percent) for each in run.host.samples)
    return judged(replace(run, host=replace(run.host, samples=filled)))


# ------------------------------------------------------------------------------------ connections


def connected(opened: int, ms: float, tls_ms: float | None = None, answer_ms: float = 60.0):
    """Each endpoint opened so many connections, each of which took so long."""
    document = one(steady(answer_ms))
    run = document.runs[0]
    change = of_endpoint(
        lambda each: replace(
            each,
            connect_ms=distribution(ms, opened),
            tls_ms=None if tls_ms is None else distribution(tls_ms, opened),
        )
    )
    return replace(document, runs=(change(run),))


def one_for_each_user(users: int) -> Document:
    """Users of a journey, each of whom has a connection of its own."""
    document = connected(users, 1.0)
    run = replace(document.runs[0], scenario="journey", details={"journeys": [{"begun": users}]})
    return replace(document, runs=(run,))


# -------------------------------------------------------------------------------------- endpoints


def shop(reads: float, writes: float, *, alone: float | None = None) -> Document:
    """Two endpoints that read and two that write, by their median; one more that reads."""
    made = [
        endpoint_of(steady(reads, 1), "Products"),
        endpoint_of(steady(reads, 2), "Orders"),
        endpoint_of(steady(writes, 3), "Create Order", "POST"),
        endpoint_of(steady(writes, 4), "Clock In", "POST"),
    ]
    if alone is not None:
        made.append(endpoint_of(steady(alone, 5), "Report"))
    return judged(run_of(*made), criteria=(QUICK,))


def carrying(size: int, first_byte: float = 0.3) -> Document:
    document = one(steady(60))
    (run,) = document.runs
    (endpoint,) = run.endpoints
    first = distribution(first_byte * endpoint.service_time_ms.median, 1_200)
    endpoint = replace(endpoint, first_byte_ms=first)
    run = replace(run, endpoints=(endpoint,), bytes_received=size * run.answered)
    return replace(document, runs=(run,))


# ---------------------------------------------------------------------------------------- moments


def slow_when(is_slow: Callable[[int], bool], factor: float = 20.0, seconds: int = 60) -> Document:
    times = steady(10)
    return one(lambda s, n: times(s, n) * (factor if is_slow(s) else 1.0), seconds=seconds)


def mixed(share: float, factor: float) -> Document:
    times, every = steady(10), round(1 / share)
    return one(
        lambda s, n: times(s, n) * (factor if (s * 20 + n) % every == 0 else 1.0),
        "p95 < 20 ms",
    )


def with_tail(spread: float) -> Document:
    times = steady(10, spread=spread)
    return one(times, "p99 < 50 ms", seconds=120)


def drifting(growth: float) -> Document:
    times = steady(10)
    return one(lambda s, n: times(s, n) * (1 + growth * s / 120), "p95 < 100 ms", seconds=120)


def warming_up(factor: float) -> Document:
    cold, warm = endpoint_of(steady(10 * factor), seconds=10), endpoint_of(steady(10), seconds=40)
    phases = (
        PhaseResult(Phase("warm-up", 0, 10_000_000_000, judged=False), (cold,)),
        PhaseResult(Phase("load", 10_000_000_000, 50_000_000_000), (warm,)),
    )
    return judged(run_of(warm, phases=phases), criteria=(QUICK,))


def burst(returned: bool) -> Document:
    row = {"name": "Products", "degradation_times": 4.0, "return_to_normal_ms": 0.0}
    rows = [{**row, "explanation": "", "returned": returned}]
    phase = {"offered_rate_per_s": 20.0, "p95_ms": 10.0, "start_s": 0.0, "end_s": 5.0}
    phases = [{**phase, "name": name} for name in ("before", "burst", "after")]
    details = {"endpoints": rows, "phases": phases, "seconds": []}
    document = judged(run_of(endpoint_of(steady()), scenario="sustained"))
    run = replace(document.runs[0], scenario="burst", details=details)
    return replace(document, runs=(run,))


def with_criterion(verdict: Verdict = Verdict.FAIL, **changes) -> Document:
    document = passing()
    criterion = replace(document.criteria[0], verdict=verdict, **changes)
    return replace(document, criteria=(criterion,))


# --------------------------------------------------------------------------------------- capacity


def closed(carried: float, workers: int, seconds: int = 20):
    run = run_of(endpoint_of(steady(10), seconds=seconds), workers=workers, scenario="closed")
    return replace(run, id=f"run-{workers}", name=f"{workers} workers"), carried


def fast_as_possible(few: float, many: float) -> Document:
    runs = [closed(few, 20)[0], closed(many, 80)[0]]
    document = judged(*runs)
    carried = (few, many)
    return replace(
        document,
        runs=tuple(
            replace(run, answered=round(per_s * run.duration_s))
            for run, per_s in zip(document.runs, carried, strict=True)
        ),
    )


def up_to(limit: int, cpu: Callable[[int], float] | None = None) -> Document:
    """A ramp from 10/s to 100/s that is slow above so many a second."""
    rates = [10 + round(90 * second / 59) for second in range(60)]
    return rising(rates, lambda rate: 10.0 if rate <= limit else 400.0, cpu=cpu)


def seen(answer_ms: float = 60.0, seconds: int = 60, **figures) -> Document:
    """A process of the system, watched for a minute."""
    return watched_process(one(steady(answer_ms), seconds=seconds), **figures)


def seen_host(**figures) -> Document:
    return watched_process(one(steady(60)), WatchedKind.HOST, **figures)


def ended(what: str) -> Document:
    document = one(steady())
    alert = Alert(what, "Shop", document.runs[0].id, 12.0, None, None, "", "Shop is gone.")
    return replace(document, alerts=(alert,))


CASES: list[tuple[str, Make, list[Make]]] = [
    ("generator", starved, [passing]),
    ("strangers", lambda: let_in(2), [lambda: let_in(0), passing]),
    (
        "broken tests",
        lambda: replace(passing(), failed_tests=(FailedTest("A", "b"),)),
        [passing],
    ),
    (
        "broke down",
        lambda: failing_between(40, 60),
        [lambda: failing_between(20, 26), lambda: failing(503, 0.5), passing],
    ),
    ("failures at once", lambda: failing_between(20, 26), [lambda: failing(503), passing]),
    ("cannot keep up", overloaded, [lambda: overloaded(20.0), passing]),
    (
        "full processor",
        lambda: watched(96.0),
        [lambda: watched(60.0), lambda: watched(96.0, steady(10))],
    ),
    (
        "one processor",
        lambda: seen(cpu_cores=1.0, cpu_percent=25.0),
        [
            lambda: seen(cpu_cores=2.4, cpu_percent=60.0),
            lambda: seen(cpu_cores=1.0, cpu_percent=100.0),  # it has no more than one
            lambda: seen(10.0, cpu_cores=1.0, cpu_percent=25.0),
        ],
    ),
    (
        "held back",
        lambda: seen(container_throttled_percent=40.0),
        [
            lambda: seen(container_throttled_percent=2.0),
            lambda: seen(10.0, container_throttled_percent=40.0),
        ],
    ),
    (
        "waits for disk",
        lambda: seen_host(cpu_iowait_percent=35.0),
        [lambda: seen_host(cpu_iowait_percent=3.0)],
    ),
    (
        "processor taken away",
        lambda: seen_host(cpu_steal_percent=30.0),
        [lambda: seen_host(cpu_steal_percent=1.0)],
    ),
    (
        "files used up",
        lambda: seen(open_files_percent=96.0),
        [lambda: seen(open_files_percent=40.0)],
    ),
    ("started anew", lambda: ended("restarted"), [lambda: ended("cpu"), passing]),
    ("memory full", lambda: memory(lambda _: 9.4, 60), [lambda: memory(lambda _: 5.0, 60)]),
    ("disk full", lambda: disk(95.0), [lambda: disk(60.0)]),
    (
        "memory grows",
        lambda: memory(lambda second: 4 + second / 400),
        [
            lambda: memory(lambda _: 4.0),
            lambda: memory(lambda second: 4 + min(second, 120) / 400),  # and levels off
            lambda: memory(lambda second: 4 + second / 400, 100),  # too short to tell
            lambda: memory(lambda second: 5 - second / 400),
        ],
    ),
    (
        "encryption is costly",
        lambda: connected(50, 1.0, 400.0),
        [
            lambda: connected(50, 1.0, 4.0),
            lambda: connected(50, 1.0, 400.0, answer_ms=20.0),  # quick enough all the same
        ],
    ),
    (
        "connections not kept",
        lambda: connected(1_200, 1.0),
        [lambda: connected(60, 1.0), lambda: one_for_each_user(1_200)],
    ),
    (
        "far away",
        lambda: connected(50, 40.0),
        [lambda: connected(50, 2.0), lambda: connected(50, 20.0, answer_ms=25.0)],
    ),
    (
        "large answers",
        lambda: carrying(800_000),
        [lambda: carrying(800), lambda: carrying(800_000, first_byte=0.95)],
    ),
    (
        "one slow endpoint",
        lambda: shop(10, 12, alone=90),
        [lambda: shop(90, 90), lambda: shop(10, 12), lambda: shop(90, 12)],
    ),
    (
        "slow reads",
        lambda: shop(90, 12),
        [lambda: shop(90, 70), lambda: shop(12, 90), lambda: shop(20, 5)],
    ),
    (
        "slow writes",
        lambda: shop(12, 90),
        [lambda: shop(90, 70), lambda: shop(90, 12), lambda: shop(5, 20)],
    ),
    ("all alike slow", lambda: shop(90, 90), [lambda: shop(12, 90), lambda: shop(12, 12)]),
    (
        "regular pauses",
        lambda: slow_when(lambda second: second % 10 == 3),
        [
            lambda: slow_when(lambda second: second in (5, 8, 19, 22, 43, 58)),
            lambda: slow_when(lambda second: second % 10 == 3, factor=1.5),
        ],
    ),
    (
        "slow spell",
        lambda: slow_when(lambda second: 30 <= second < 36),
        [
            lambda: slow_when(lambda second: 30 <= second < 36, factor=2.0),
            lambda: slow_when(lambda second: second % 10 == 3),
        ],
    ),
    (
        "two kinds of answers",
        lambda: mixed(0.1, 20),
        [
            lambda: mixed(0.1, 1.5),
            lambda: with_tail(1.0),
            lambda: slow_when(lambda second: 30 <= second < 36),  # a matter of moments
        ],
    ),
    ("heavy tail", lambda: with_tail(1.2), [lambda: with_tail(0.4), lambda: mixed(0.1, 20)]),
    (
        "idle while slow",
        lambda: watched(20.0),
        [lambda: watched(70.0), lambda: watched(20.0, steady(10)), lambda: one(steady(60))],
    ),
    ("burst lingers", lambda: burst(False), [lambda: burst(True), passing]),
    (
        "burst slows",
        lambda: with_criterion(metric="degradation", unit="times"),
        [lambda: with_criterion(Verdict.PASS, metric="degradation", unit="times")],
    ),
    (
        "slower than before",
        lambda: with_criterion(metric="slow-down", unit="%"),
        [lambda: with_criterion(Verdict.PASS, metric="slow-down", unit="%")],
    ),
    (
        "drift",
        lambda: drifting(1.0),
        [
            lambda: drifting(0.1),
            lambda: drifting(-0.5),
            lambda: slow_when(lambda second: second >= 60, seconds=120),  # a step
        ],
    ),
    ("gives out", lambda: up_to(70), [lambda: up_to(100), lambda: up_to(0), passing]),
    (
        "no more with more workers",
        lambda: fast_as_possible(400, 420),
        [lambda: fast_as_possible(400, 1_500), passing],
    ),
    ("slow start", lambda: warming_up(12), [lambda: warming_up(2), passing]),
    ("undecided", unsure, [passing, starved]),
    ("unwatched", lambda: one(steady(60)), [lambda: watched(20.0), passing]),
    (
        "thin margin",
        lambda: with_criterion(Verdict.PASS, measured=48.0, margin=0.04),
        [passing, lambda: with_criterion(Verdict.FAIL, measured=51.0, margin=-0.02)],
    ),
    ("not settled", never_settled, [passing, lambda: drifting(1.0)]),
    *(
        (
            f"failures: {name}",
            lambda outcome=outcome: failing(int(outcome)),
            [
                passing,
                lambda outcome=outcome: failing(410 if outcome == 500 else 500),
                lambda outcome=outcome: failing(int(outcome), 0.001),
            ],
        )
        for name, outcome in CAUSES.items()
    ),
]
