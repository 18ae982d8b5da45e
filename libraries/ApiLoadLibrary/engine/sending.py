"""What a worker thread sends with: a function for each endpoint, made by the thread for itself.

It takes a `Task`, returns what the request came to, and never raises.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Mapping
from functools import partial
from time import monotonic_ns
from typing import Any

import requests
from requests.auth import HTTPDigestAuth
from requests.cookies import RequestsCookieJar
from requests.structures import CaseInsensitiveDict

from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.values import NS_PER_S
from ApiLoadLibrary.workload.action import Call
from ApiLoadLibrary.workload.answer import Answer
from ApiLoadLibrary.workload.guard import GuardedAdapter, proxies_to
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate

from .causes import failure_behind
from .http1 import Kept
from .plan import Request, ShardPlan
from .rendering import Render

__all__ = ["Send", "Task", "outcome_of", "senders_of"]

CHUNK_BYTES = 64 * 1024
WORDS_KEPT = 200


class Task:
    """One request, on its way from the dispatcher to a worker and back; a `Carrier`.

    Attributes:
        sent_ns: When its worker began with it.
        first_byte_ns: When the head of its answer had been read; -1 when that is not known.
        bytes_received: Of the answer's body, as it travelled.
        outcome, ended_ns: What it came to, and when its worker had done with it.
        headers: Those of its answer that a trace is to hold.
        answer: The answer itself, where it is kept.
        error: What the code of an action did wrong, in words.
    """

    __slots__ = (
        "answer",
        "arrival",
        "bytes_received",
        "bytes_sent",
        "connect_ns",
        "ended_ns",
        "endpoint",
        "error",
        "first_byte_ns",
        "headers",
        "outcome",
        "reconnected",
        "scheduled_ns",
        "sent_ns",
        "tls_ns",
        "waited_for",
    )

    def __init__(self, endpoint: int) -> None:
        self.endpoint = endpoint
        self.arrival = self.outcome = -1
        self.scheduled_ns = self.sent_ns = self.ended_ns = 0
        # Who else opens connections does not say when.
        self.first_byte_ns = self.connect_ns = self.tls_ns = -1
        self.reconnected = False
        self.waited_for = 0
        self.bytes_sent = self.bytes_received = 0
        self.error = ""
        self.headers: tuple[tuple[str, str], ...] = ()
        self.answer: Answer | None = None


Send = Callable[[Task], int]


def senders_of(
    plan: ShardPlan, renderers: Mapping[int, Render], wants: Callable[[int, int], bool]
) -> list[Send]:
    """One worker's senders, by endpoint; its requests share their connections.

    Args:
        plan: What is sent, and how.
        renderers: Of its requests, by endpoint; see `Rendering`.
        wants: Whether the answer to an endpoint's arrival is kept.
    """
    adapter = GuardedAdapter(lambda: plan.allowed)
    # Of the worker's own: a challenge is answered once with each number, in their order.
    digest = HTTPDigestAuth(*plan.digest) if plan.digest else None

    def sender(place: int, request: Request) -> Send:
        if isinstance(request, Call):
            return _Calling(request)
        assert isinstance(request, RequestTemplate)  # messages have a loop of their own
        send = _ThroughRequests(request.origin, plan, adapter, digest, partial(wants, place))
        return lambda task: send(task, renderers[place](task.arrival))

    return [sender(place, each.request) for place, each in enumerate(plan.endpoints)]


class _Calling:
    """Calls an action."""

    def __init__(self, call: Call) -> None:
        self._function = call.ready()

    def __call__(self, task: Task) -> int:
        """Call it once."""
        try:
            returned = self._function(task.arrival + 1)
        except BaseException as error:  # noqa: BLE001 - a worker outlives whatever it calls
            return outcome_of(error, task)
        if returned is None:
            return DONE
        if isinstance(returned, int) and 100 <= returned <= 599:
            return int(returned)
        task.error = f"returned {_words(repr, returned)}, neither None nor an HTTP status"
        return Failure.SENDER_FAILED


def outcome_of(error: BaseException, task: Task) -> int:
    """What an exception of others' code says of a request; where it is only a mistake of that
    code, the task is told in words."""
    if isinstance(error, AssertionError):
        return Failure.CHECK_FAILED
    known = _status_of(error) or failure_behind(error)
    if known is None:
        task.error = f"raised {type(error).__name__}: {_words(str, error)}"
    return Failure.SENDER_FAILED if known is None else known


def _status_of(error: BaseException) -> int | None:
    """The status of the answer that the error carries, as that of `raise_for_status` does."""
    status = getattr(getattr(error, "response", None), "status_code", None)
    return status if isinstance(status, int) and 100 <= status <= 599 else None


def _words(say: Callable[[object], str], what: object) -> str:
    """What it says of itself, on one line; some cannot even do that."""
    try:
        # It is cut between words: half a token would not be known as one, and masked.
        return textwrap.shorten(say(what), WORDS_KEPT, placeholder=" …")
    except Exception:  # noqa: BLE001 - it is code of others, like the action
        return "…"


class _ThroughRequests:
    """Sends an endpoint's requests through `requests`; answers' bodies pass by, or are kept."""

    def __init__(
        self,
        origin: Origin,
        plan: ShardPlan,
        adapter: GuardedAdapter,
        digest: HTTPDigestAuth | None,
        wants: Callable[[int], bool],
    ) -> None:
        self._origin = origin
        self._digest = digest
        self._adapter = adapter
        self._timeout_ns = plan.timeout_ns
        self._limits = (plan.connect_timeout_ns / NS_PER_S, plan.timeout_ns / NS_PER_S)
        self._verify = plan.verify
        self._cert = (plan.cert[0], plan.cert[-1]) if plan.cert else None
        self._proxies = proxies_to(origin) if plan.proxies is None else dict(plan.proxies)
        self._traced = plan.traced or ()
        self._wants = wants

    def __call__(self, task: Task, data: bytes) -> int:
        """Send one.

        Args:
            task: What becomes of it.
            data: All of its bytes.
        """
        task.bytes_sent = len(data)
        try:
            return self._send(_request(self._origin, data), task)
        except Exception as error:  # noqa: BLE001 - adapters may raise anything
            return failure_behind(error) or Failure.SENDER_FAILED

    def _send(self, request: requests.PreparedRequest, task: Task) -> int:
        response = self._answer_to(request)
        task.first_byte_ns = monotonic_ns()
        if self._traced:
            named = ((name.lower(), value) for name, value in response.raw.headers.items())
            task.headers = tuple(each for each in named if each[0] in self._traced)
        kept = Kept(None) if self._wants(task.arrival) else None
        try:
            # Not decoded: that would cost, and seldom somebody reads it.
            while chunk := response.raw.read(CHUNK_BYTES, decode_content=False):
                task.bytes_received += len(chunk)
                if kept is not None:
                    kept.add(chunk)
                if monotonic_ns() - task.sent_ns > self._timeout_ns:
                    return Failure.ANSWER_TIMEOUT
        finally:
            response.close()
        if kept is not None:
            kept.headers = [
                (name.lower().encode("latin-1"), value.encode("latin-1"))
                for name, value in response.raw.headers.items()
            ]
            task.answer = kept.answer(response.status_code, monotonic_ns() - task.sent_ns)
        return response.status_code

    def _answer_to(self, request: requests.PreparedRequest) -> requests.Response:
        """The answer; where a challenge came first, the answer to what met it."""
        how: dict[str, Any] = {
            "stream": True,
            "timeout": self._limits,
            "verify": self._verify,
            "cert": self._cert,
            "proxies": self._proxies,
        }
        if self._digest is None:
            return self._adapter.send(request, **how)
        answer = self._adapter.send(self._digest(request), **how)
        met: requests.Response = self._digest.handle_401(answer, **how)  # type: ignore[no-untyped-call]
        return met


def _request(origin: Origin, data: bytes) -> requests.PreparedRequest:
    """The rendered request, as `requests` wants it: what goes out is the same in any transport."""
    head, _, body = data.partition(b"\r\n\r\n")
    line, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = line.split(" ", 2)
    request = requests.PreparedRequest()
    request.method = method
    request.url = f"{origin}{target}"
    request.headers = CaseInsensitiveDict(each.partition(": ")[::2] for each in lines)
    request.body = body or None
    # Looked for when a challenge is met.
    request._cookies = RequestsCookieJar()  # type: ignore[attr-defined]
    return request
