"""Why requests fail, and what to do about each cause: a table."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from ApiLoadLibrary.measurement.outcomes import FAILURES, Failure, FailureKind
from ApiLoadLibrary.report.document import FailureCount

__all__ = ["CAUSES", "Cause"]

BACKEND, OPERATIONS, QA = "Backend", "Operations", "QA"
BOTH = "Backend and operations"

_FAILURE_OF_WORDS = {info.words: failure for failure, info in FAILURES.items()}


@dataclass(frozen=True, slots=True)
class Cause:
    """One way to fail.

    Attributes:
        name: Its rule's name.
        outcomes: Statuses and failures that count to it.
        finding: What happened, in a few words.
        advice: What to do.
        who: Who should act.
        doubtful: Whether it is the load generator's own, so that it counts when that is in doubt.
    """

    name: str
    outcomes: Collection[int]
    finding: str
    advice: str
    who: str
    doubtful: bool = False

    def holds(self, failure: FailureCount) -> bool:
        """Whether a line of failures is of this cause."""
        return _outcome(failure) in self.outcomes


def _outcome(failure: FailureCount) -> int | None:
    """The status or failure that a line of the document is about."""
    if failure.kind is FailureKind.CHECK:
        return Failure.CHECK_FAILED  # each check has words of its own
    status = re.match(r"status (\d{3})\b", failure.what)
    return int(status[1]) if status else _FAILURE_OF_WORDS.get(failure.what)


CAUSES = (
    Cause(
        "turned away (503)",
        (503,),
        "The service turned requests away as unavailable (503)",
        "It protects itself, or what stands before it found none to send them to. Look at its "
        "limits (pool, queue, instances) and what fills them; then raise them or add instances.",
        BOTH,
    ),
    Cause(
        "server errors",
        (*(each for each in range(500, 600) if each not in (502, 503, 504)),),
        "The service broke down while answering (500)",
        "This is a fault in the service: its log has an entry for each. The samples below name "
        "the first ones with their request ids.",
        BACKEND,
    ),
    Cause(
        "gateway errors",
        (502, 504),
        "A gateway got no good answer from the service behind it (502, 504)",
        "Compare the time limits of gateway and service, and see whether instances restarted or "
        "connections between the two were cut.",
        BOTH,
    ),
    Cause(
        "no answer in time",
        (Failure.ANSWER_TIMEOUT, 408),
        "Requests got no complete answer in time",
        "Find what they waited for: a lock, a connection to the database, another service. Give "
        "that a time limit of its own, shorter than the customer's patience.",
        BACKEND,
    ),
    Cause(
        "rate limit",
        (429,),
        "A rate limit turned ordinary requests away (429)",
        "Decide whether the limit is too low for this load, or the load is more than was agreed; "
        "load tests may need a limit of their own.",
        "Product owner and backend",
    ),
    Cause(
        "sign-in",
        (401, 403, 407),
        "Requests were refused for want of a right (401, 403)",
        "See whether the token ran out in the middle of the load, or the test's user lacks a "
        "right. If neither, sign-in itself gives way under load.",
        "QA, then backend",
    ),
    Cause(
        "test data",
        (400, 404, 405, 406, 409, 410, 411, 412, 413, 414, 415, 422, 428, 431),
        "The service found fault with requests themselves (4xx)",
        "Compare paths and test data with what the service expects; data may be used up, or two "
        "requests may have used the same. If they are right, the service rejects good requests.",
        "QA, then backend",
    ),
    Cause(
        "no connection",
        (Failure.REFUSED, Failure.CONNECT_TIMEOUT, Failure.NO_CONNECTION),
        "Connections were refused, or did not come about in time",
        "See whether the service was up all the time; then raise its limits of open connections "
        "and waiting ones (backlog, file descriptors), or spread them over more instances.",
        OPERATIONS,
    ),
    Cause(
        "broken connections",
        (Failure.RESET, Failure.CLOSED_EARLY),
        "Connections were cut in the middle of a request",
        "See whether processes crashed or were restarted, and which time limits the proxies and "
        "firewalls between have.",
        BOTH,
    ),
    Cause(
        "network",
        (Failure.UNREACHABLE, Failure.NAME_NOT_FOUND),
        "The service's address could not be reached",
        "Look at name service, routes and firewalls between here and there; of the service itself "
        "this says nothing.",
        OPERATIONS,
    ),
    Cause(
        "encryption",
        (Failure.TLS_FAILED, Failure.NOT_TRUSTED),
        "Encryption could not be agreed on (TLS)",
        "Check certificates and versions; if only some fail, see what ends TLS and how busy it is.",
        OPERATIONS,
    ),
    Cause(
        "wrong answers",
        (Failure.CHECK_FAILED, Failure.NO_VALUE),
        "Answers came, and were not what they should be",
        "The status was right and the content was not: compare an answer under load with one at "
        "rest. Suspect caches, shared state, and errors dressed as success.",
        BACKEND,
    ),
    Cause(
        "broken protocol",
        (Failure.NOT_HTTP, Failure.NOT_WEBSOCKET, Failure.TOO_MANY_REDIRECTS),
        "Answers broke the rules of the protocol, or led in circles",
        "Record one with its bytes, and look at every proxy between.",
        BOTH,
    ),
    Cause(
        "redirected",
        (*range(300, 400), Failure.REDIRECTED_AWAY),
        "The service sent requests elsewhere",
        "If that is right, say `redirects=follow`, and allow the other address; a redirect to a "
        "sign-in page means that the session ran out.",
        QA,
    ),
    Cause(
        "our own means",
        (Failure.NO_DESCRIPTORS, Failure.NO_PORTS, Failure.SENDER_FAILED),
        "The load generator failed by itself",
        "Mend this first and send the load again: none of it is the service's fault.",
        QA,
        doubtful=True,
    ),
)
"""Of requests that were never sent, the rule on waiting speaks."""
