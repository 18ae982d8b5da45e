"""Alerts on their way from a load run to whoever tells them."""

from __future__ import annotations

from ApiLoadLibrary.measurement.generators import HostNow
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.session.alarm import Alarm, AlertDesk
from integration.loads import get, load_tester, steady


def test_a_machine_that_was_lost_is_told_of_by_the_first_of_the_runs_that_share_it() -> None:
    desk, makes = AlertDesk(), load_tester("http://shop")
    first, second = (
        Alarm(makes.plan([get("/ok")], steady("10/s", "1 s"), name), Monitor([]), desk)
        for name in ("first", "second")
    )
    for alarm in (first, second):
        alarm.look(Progress(hosts={"w1": HostNow(None, 2, 1)}), 1.0, 100.0)
    (news,) = desk.take()
    assert news.text.startswith("The load generator on w1 has lost 1 of its 2 processes")
    assert [len(each.alerts()) for each in (first, second)] == [1, 0]
