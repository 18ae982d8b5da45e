"""Alerts on their way from a load run to whoever tells them."""

from __future__ import annotations

from ApiLoadLibrary.measurement.generators import HostNow
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.session.alarm import Alarm, AlertDesk
from integration.loads import get, load_tester, steady


def test_of_the_runs_that_share_a_machine_the_first_tells_how_busy_it_is_each_what_it_lost() -> (
    None
):
    desk, makes = AlertDesk(), load_tester("http://shop")
    first, second = (
        Alarm(makes.plan([get("/ok")], steady("10/s", "1 s"), name), Monitor([]), desk)
        for name in ("first", "second")
    )
    for at_s in (1.0, 8.0):
        for alarm, lost in ((first, 0), (second, 1)):
            alarm.look(Progress(hosts={"w1": HostNow(99.0, 2, lost)}), at_s, 100.0 + at_s)
    lost_news, busy_news = desk.take()
    assert lost_news.text.startswith("The load generator on w1 has lost 1 of its 2 processes")
    assert busy_news.text.startswith("The processor of w1, which sends load, is over 90 % busy")
    kinds = [[each.what for each in alarm.alerts()] for alarm in (first, second)]
    assert kinds == [["generator cpu"], ["lost"]]
