"""What a signed-in user's session costs in memory: a thousand of them, in two ways.

* A worker of our own transport, with cookies of its own.
* An action: a thread with a `requests.Session` of its own, that has signed in by itself.
"""

from __future__ import annotations

import os

import requests
from ours import Watch
from sockets import CREDENTIALS, signed_in
from tables import table

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import sustained
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint

USERS = 1_000
RATE = 200
ADDRESS = "BENCHMARK_ADDRESS"


class Customer:
    """Signs in once, and then looks at the products."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False
        answer = self._session.post(
            f"{os.environ[ADDRESS]}/api/auth/login", json=CREDENTIALS, timeout=30
        )
        token = answer.json()["access_token"]
        self._session.headers["Authorization"] = f"Bearer {token}"

    def __call__(self) -> int:
        """One look; its status."""
        where = f"{os.environ[ADDRESS]}/api/products"
        return self._session.get(where, timeout=30).status_code


def run(seconds: int, _: int) -> None:
    """Once each: memory does not vary."""
    products = Endpoint("Products", "GET", "/api/products")
    visits = Action("Visits", Call("sessions", "Customer"), frozenset({200}))
    rows = []
    for name, what, settings in (
        ("workers with cookies", products, {"cookies": True}),
        ("actions with a session each", visits, {"cookies": False}),
    ):
        with signed_in() as (session, _server):
            os.environ[ADDRESS] = session.config.server
            session.configure(**settings)
            # Each worker has its turn once at least: that opens its connection.
            length = Duration(max(seconds, 2 * USERS // RATE) * NS_PER_S)
            load = sustained(Rate.parse(f"{RATE}/s"), length)
            peaks, runs = zip(
                *(_peak(session, what, load, each) for each in (1, USERS)), strict=True
            )
        each = (peaks[1] - peaks[0]) / (USERS - 1)
        good = runs[1].outcomes[200]
        rows.append(
            (name, f"{peaks[1] / 1e6:.0f}", f"{each / 1e3:.1f}", f"{good:,} of {runs[1].planned:,}")
        )
    print(table((f"{USERS:,} signed-in users", "generator, MB", "kB each", "answered"), rows))


def _peak(
    session: AcceptanceSession, what: Endpoint | Action, load: Load, workers: int
) -> tuple[int, RunResult]:
    watch = Watch()
    plan = session.plan_of(load, [what], f"{workers} users", workers)
    result = session.run(plan, watch)
    return max(each["shard"] for each in watch.by_second.values()), result
