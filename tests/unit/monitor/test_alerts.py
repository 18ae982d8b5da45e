"""For each alert about hosts and processes: what raises it, and what must not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.watched import WatchedKind
from ApiLoadLibrary.monitor.alerts import WatchedAlerts
from ApiLoadLibrary.monitor.episodes import News

HOST, PROCESS = WatchedKind.HOST, WatchedKind.PROCESS
GB = 10**9


def watched(
    samples: Iterable[dict[str, float]], kind: WatchedKind = HOST, *, is_far: bool = False
) -> tuple[list[News], list[Alert]]:
    """What is told of these samples, one a second, and what stands in the report."""
    alerts = WatchedAlerts("pos-1", kind, is_far=is_far)
    news = [
        each for second, figures in enumerate(samples, 1) for each in alerts.see(second, figures)
    ]
    return news, alerts.alerts()


def seconds(figure: str, *values: float) -> list[dict[str, float]]:
    return [{figure: each} for each in values]


def test_a_busy_processor_is_told_once_and_again_when_it_is_over() -> None:
    busy = [50.0] * 3 + [95.0, 97.5, 96.0, 95.0, 95.0, 94.0] + [40.0] * 8
    news, alerts = watched(seconds("cpu_percent", *busy))
    assert [(each.began, each.text) for each in news] == [
        (True, "The processor of pos-1 is over 90 % busy (since 0:03 into the load)"),
        (
            False,
            (
                "It is over: The processor of pos-1 was over 90 % busy from 0:03 to 0:09, "
                "97.5 % at its worst"
            ),
        ),
    ]
    assert alerts == [
        Alert(
            "cpu",
            "pos-1",
            3.0,
            9.0,
            97.5,
            "%",
            "The processor of pos-1 was over 90 % busy from 0:03 to 0:09, 97.5 % at its worst.",
        )
    ]


def test_what_lasts_until_the_end_has_no_end() -> None:
    _, (alert,) = watched(seconds("memory_percent", *[80.0] * 2, *[93.0] * 8))
    assert (alert.start_s, alert.end_s, alert.peak) == (2.0, None, 93.0)
    assert alert.message == (
        "The memory of pos-1 was over 90 % full from 0:02 until the end, 93.0 % at its worst."
    )


def test_a_short_calm_does_not_end_it_and_a_second_time_is_a_second_alert() -> None:
    busy = [95.0] * 6 + [10.0] * 2 + [99.0] * 3 + [10.0] * 9 + [92.0] * 7
    news, alerts = watched(seconds("cpu_percent", *busy))
    assert [each.began for each in news] == [True, False, True]
    assert [(each.start_s, each.end_s, each.peak) for each in alerts] == [
        (0.0, 11.0, 99.0),
        (20.0, None, 92.0),
    ]


@pytest.mark.parametrize(
    "figure, kind, values",
    [
        ("cpu_percent", HOST, [95.0] * 4 + [50.0] * 10),  # too short
        ("cpu_percent", HOST, [95.0, 95.0, 80.0] * 10),  # now and then
        ("cpu_percent", HOST, [90.0] * 20),
        ("cpu_percent", PROCESS, [99.0] * 20),  # it may use the machine up, which is told of that
        ("memory_percent", HOST, [89.0] * 20),
        ("memory_percent", PROCESS, [95.0] * 20),
        ("disk_percent", HOST, [94.0] * 20),
        ("open_files_percent", PROCESS, [89.0] * 20),
        ("container_memory_percent", PROCESS, [89.0] * 20),
        ("running", PROCESS, [1.0] * 20),
        ("disk_free_bytes", HOST, [90 * GB - n * 1_000_000 for n in range(60)]),
    ],
)
def test_what_is_in_order_or_short_raises_nothing(
    figure: str, kind: WatchedKind, values: list[float]
) -> None:
    assert watched(seconds(figure, *values), kind) == ([], [])


@pytest.mark.parametrize(
    "samples, kind, what, words",
    [
        (
            seconds("disk_percent", *[96.0] * 6),
            HOST,
            "disk",
            "The disk of pos-1 was over 95 % full",
        ),
        (
            seconds("open_files_percent", *[91.0] * 6),
            PROCESS,
            "open files",
            "pos-1 had over 90 % of the files open that it may",
        ),
        (
            seconds("container_memory_percent", *[97.0] * 6),
            PROCESS,
            "memory",
            "The memory of pos-1 was over 90 % full",
        ),
        (
            [{"cpu_percent": 99.0, "container_cpu_limit_cores": 0.5}] * 6,
            PROCESS,
            "cpu",
            "The processor of pos-1 was over 90 % busy",
        ),
        (
            seconds("disk_free_bytes", *[10 * GB - n * GB / 10 for n in range(21)]),
            HOST,
            "disk running out",
            "The disk of pos-1 was about to be full in 81 s from",
        ),
        (
            seconds("open_files_percent", *[10.0 + 2 * n for n in range(21)]),
            PROCESS,
            "open files running out",
            "pos-1 was about to have no more files to open in 26 s from",
        ),
    ],
)
def test_each_trouble_has_its_alert(
    samples: list[dict[str, float]], kind: WatchedKind, what: str, words: str
) -> None:
    news, (alert,) = watched(samples, kind)
    assert [each.began for each in news] == [True]
    assert (alert.what, alert.where, alert.end_s) == (what, "pos-1", None)
    assert alert.message.startswith(words)


def test_the_time_left_is_told_and_the_least_of_it_is_the_worst() -> None:
    left = [10 * GB - n * GB / 10 for n in range(31)] + [10 * GB] * 10
    news, (alert,) = watched(seconds("disk_free_bytes", *left))
    assert news[0].text.startswith("The disk of pos-1 will be full in 81 s if this goes on")
    assert (alert.unit, alert.peak, alert.end_s) == ("s", pytest.approx(70), 31.0)


def test_a_process_that_is_gone_and_comes_back_is_gone_and_started_anew() -> None:
    life = [{"running": 1.0, "restarts": 0.0}] * 3 + [{"running": 0.0, "restarts": 0.0}] * 2
    news, alerts = watched([*life, *[{"running": 1.0, "restarts": 1.0}] * 3], PROCESS)
    assert [each.text for each in news] == [
        "pos-1 is gone (since 0:03 into the load)",
        "It is over: pos-1 was gone from 0:03 to 0:05",
        "pos-1 was started anew (since 0:05 into the load)",
    ]
    assert [(each.what, each.end_s) for each in alerts] == [("gone", 5.0), ("restarted", 6.0)]


def test_metrics_that_are_not_answered_are_not_said_to_be_a_server_that_is_gone() -> None:
    one_miss = [{"running": 1.0}, {"running": 0.0}, {"running": 1.0}] * 3
    assert watched(one_miss, is_far=True) == ([], [])
    news, (alert,) = watched([{"running": 1.0}, *[{"running": 0.0}] * 5], is_far=True)
    assert [each.text for each in news] == [
        "The metrics of pos-1 cannot be read (since 0:01 into the load)"
    ]
    assert alert.what == "not seen"
