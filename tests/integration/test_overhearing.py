"""What others send with `requests` is heard as it was, and nothing of them is changed."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import requests

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.session.overhearing import Overheard, Overhearing
from rig.process import rig_server


@pytest.fixture(scope="module")
def rig() -> Iterator[str]:
    """The address of a rig server."""
    with rig_server() as address:
        yield address


@pytest.fixture
def heard() -> Iterator[list[Overheard]]:
    """What is sent meanwhile."""
    requests_heard: list[Overheard] = []
    overhearing = Overhearing(requests_heard.append)
    overhearing.start()
    yield requests_heard
    overhearing.stop()


def test_a_redirect_is_a_part_of_its_request(rig: str, heard: list[Overheard]) -> None:
    answer = requests.get(f"{rig}/hops/3", timeout=10)
    assert len(answer.history) == 3
    (request,) = heard
    assert (request.url, request.outcome, request.first_byte_ns) == (f"{rig}/hops/3", 200, -1)


def test_a_body_that_comes_late_is_waited_for(rig: str, heard: list[Overheard]) -> None:
    body = requests.get(f"{rig}/slow-body/100", timeout=10).content
    (request,) = heard
    assert request.done_ns - request.sent_ns >= 100e6
    assert request.sent_ns < request.first_byte_ns < request.done_ns - 50e6
    assert request.bytes_received > len(body)


@pytest.mark.parametrize(
    "path, failure",
    [
        ("/reset", Failure.RESET),
        ("/short-body", Failure.CLOSED_EARLY),
        ("/silent", Failure.ANSWER_TIMEOUT),
        ("/garbage", Failure.NOT_HTTP),
        ("/hops/40", Failure.TOO_MANY_REDIRECTS),
    ],
)
def test_a_failure_is_named_and_raised_as_it_was(
    rig: str, heard: list[Overheard], path: str, failure: Failure
) -> None:
    with pytest.raises(requests.RequestException):
        requests.get(f"{rig}{path}", timeout=0.3)
    assert [each.outcome for each in heard] == [failure]


def test_what_never_left_and_what_other_threads_send_is_not_heard(
    rig: str, heard: list[Overheard]
) -> None:
    with pytest.raises(requests.RequestException):
        requests.get("nonsense://x", timeout=1)
    other = threading.Thread(target=lambda: requests.get(f"{rig}/ok", timeout=10))
    other.start()
    other.join()
    assert heard == []


def test_afterwards_all_is_as_it_was() -> None:
    """Unless somebody came between meanwhile: they stay, and are no longer heard."""
    original = requests.Session.send
    overhearing = Overhearing(lambda request: None)
    overhearing.start()
    assert requests.Session.send is not original
    overhearing.stop()
    assert requests.Session.send is original


def test_who_came_between_stays(rig: str, monkeypatch: pytest.MonkeyPatch) -> None:
    requests_heard: list[Overheard] = []
    overhearing = Overhearing(requests_heard.append)
    monkeypatch.setattr(requests.Session, "send", requests.Session.send)  # put back at the end
    overhearing.start()
    ours = requests.Session.send

    def between(session: requests.Session, *args: object, **settings: object) -> object:
        return ours(session, *args, **settings)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", between)
    overhearing.stop()
    assert requests.Session.send is between
    assert requests.get(f"{rig}/ok", timeout=10).status_code == 200
    assert requests_heard == []
