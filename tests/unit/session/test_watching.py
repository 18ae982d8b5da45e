"""What is watched while load runs, and whose host it is."""

from __future__ import annotations

import os

import pytest

from ApiLoadLibrary.errors import BadInput, ServerUnreachable, UnknownName
from ApiLoadLibrary.monitor.episodes import News
from ApiLoadLibrary.session.alarm import AlertDesk
from ApiLoadLibrary.session.watching import GENERATOR, THIS_MACHINE, Watching


def names(watching: Watching, base_url: str | None) -> dict[str, bool]:
    """All that is watched, and whether it is the system under test's."""
    return {each.name: each.of_system for each in watching.probes(base_url, list)}


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Watching:
    """Nothing answers, and nothing has to."""
    monkeypatch.setattr("ApiLoadLibrary.session.watching._check_there", lambda host, url: None)
    return Watching()


def test_this_machine_and_the_generator_are_always_watched(watching: Watching) -> None:
    assert names(watching, None) == {THIS_MACHINE: False, GENERATOR: False}
    assert names(watching, "http://127.0.0.1:9") == {"127.0.0.1": True, GENERATOR: False}
    assert names(watching, "http://192.0.2.1:9") == {THIS_MACHINE: False, GENERATOR: False}


@pytest.mark.parametrize(
    "name, url, told, of_system",
    [
        ("pos-1", "http://192.0.2.1:9100/metrics", None, True),  # the server's own address
        ("192.0.2.1", "http://gateway:9100/metrics", None, True),  # the server's own name
        ("pos-1", "http://pos-1:9100/metrics", None, False),
        ("pos-1", "http://pos-1:9100/metrics", True, True),  # behind a load balancer
        ("pos-1", "http://192.0.2.1:9100/metrics", False, False),
    ],
)
def test_a_host_is_the_systems_by_its_address_its_name_or_because_somebody_says_so(
    watching: Watching, name: str, url: str, told: bool | None, of_system: bool
) -> None:
    watching.add_host(name, url, is_system=told)
    assert names(watching, "http://192.0.2.1:8080")[name] is of_system


def test_whoever_says_where_the_system_is_knows_better_than_a_tunnels_address(
    watching: Watching,
) -> None:
    watching.add_host("pos-1", "http://192.0.2.1/metrics", is_system=True)
    found = names(watching, "http://127.0.0.1:9")
    assert found == {THIS_MACHINE: False, "pos-1": True, GENERATOR: False}


def test_this_machine_can_have_a_name_and_another_disk(watching: Watching) -> None:
    watching.add_host("till", None, disk="/")
    assert names(watching, "http://127.0.0.1:9") == {"till": True, GENERATOR: False}


def test_a_name_is_given_once_and_can_be_taken_back(watching: Watching) -> None:
    watching.add_host("pos-1", "http://pos-1/metrics", gauges={"pool": "pool_used"})
    watching.add_process("pos-1", pid=os.getpid())
    watching.add_host("shop", "http://shop/metrics", gauges={"pool": "pool_used"})
    assert watching.names == ["shop", "pos-1"]
    with pytest.raises(BadInput, match=r"gauge 'pool' is one of shop: give it another name"):
        watching.add_host("other", "http://other/metrics", gauges={"pool": "pool_used"})
    watching.remove("POS-1")
    assert watching.names == ["shop"]
    with pytest.raises(UnknownName, match=r"monitored host or process 'shup'. Did you mean 'shop'"):
        watching.remove("shup")


@pytest.mark.parametrize("name", ["", "  ", 'a "quoted" one', GENERATOR, "system under test"])
def test_some_names_cannot_be(watching: Watching, name: str) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a host or a process"):
        watching.add_process(name, pid=os.getpid())


def test_what_cannot_be_watched_is_refused_before_any_load() -> None:
    watching = Watching()
    with pytest.raises(
        ServerUnreachable, match=r"^pos-1 cannot be watched at http://127.0.0.1:1/m"
    ):
        watching.add_host("pos-1", "http://me:secret@127.0.0.1:1/metrics")
    with pytest.raises(BadInput, match="is not the address of a server"):
        watching.add_host("pos-1", "pos-1:9100")
    with pytest.raises(BadInput, match=r"disk='/not/there' cannot be watched \(No such file"):
        watching.add_host("here", None, disk="/not/there")
    with pytest.raises(BadInput, match="has no address to read pool from: give its url"):
        watching.add_host("here", None, gauges={"pool": "pool_used"})
    with pytest.raises(BadInput, match="There is no process called no such program: start it"):
        watching.add_process("till", called="no such program")
    for given in ({}, {"pid": 1, "port": 2}):
        with pytest.raises(BadInput, match="One of pid=, called= and port= says which"):
            watching.add_process("till", **given)
    assert watching.names == []


def test_the_first_of_several_loads_raises_the_alerts_about_hosts() -> None:
    desk = AlertDesk()
    for run_id in ("first", "second"):
        desk.begin(run_id)
    assert (desk.leads("first"), desk.leads("second")) == (True, False)
    desk.end("first")
    assert (desk.leads("first"), desk.leads("second")) == (False, True)


def test_what_is_to_be_told_is_told_once_in_order() -> None:
    desk = AlertDesk()
    desk.leave([News(True, "one"), News(False, "two")])
    assert [each.text for each in desk.take()] == ["one", "two"]
    assert desk.take() == []
