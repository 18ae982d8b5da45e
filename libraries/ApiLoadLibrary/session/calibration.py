"""What the load generator can send at most, measured before it is believed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from ApiLoadLibrary.engine.responder import CERTIFICATE, responding
from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import as_fast_as_possible
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin, address_of

from .config import LoadTestConfig
from .feeders import Feeders, over_and_over
from .hosts import calibrating_host
from .identity import Identity
from .tester import LoadTester

__all__ = ["Calibration", "calibrate"]


@dataclass(frozen=True, slots=True)
class Calibration:
    """What the generator could send to a server that is as fast as one can be.

    That server ran on the same machine and took its share of it, so this is a cautious figure.
    On a cluster each shard had one of its own beside it, and their answers are summed.

    Attributes:
        rate_per_s: Requests a second that were answered.
        tls: Whether they were sent over TLS.
        transport: What carried them, as `LoadTestConfig` has it.
        workers: How many requests were under way at once.
        shards: How many processes sent them.
        cluster: The cluster whose machines sent them; None for this machine.
        machines: How many machines sent them.
    """

    rate_per_s: float
    tls: bool
    transport: str
    workers: int
    shards: int
    cluster: str | None = None
    machines: int = 1

    def per_s(self, carried_by: str, *, tls: bool, cluster: str | None) -> float | None:
        """The same, of requests that travel in that way; None of any other.

        Args:
            carried_by: What carries them; see `LoadPlan`.
            tls: Whether they are sent over TLS.
            cluster: Where they are sent from.
        """
        measured = (self.transport, self.tls, self.cluster)
        return self.rate_per_s if measured == (carried_by, tls, cluster) else None


def calibrate(
    config: LoadTestConfig,
    identity: Identity,
    endpoints: Sequence[Endpoint],
    duration: Duration,
    feeders: Feeders,
) -> Calibration:
    """Send the endpoints' requests to responders on the generator's own machines, as fast as
    possible.

    Nothing is sent to the server under test.

    Args:
        config: Its workers, shards and time-outs hold; its cap does not.
        identity: As whom they are sent, as in any load.
        endpoints: Whose requests are sent, in turns.
        duration: For how long.
        feeders: The files that requests take values from.

    Raises:
        EngineFailed: The responder or the load generator could not start, or none of the
            requests was answered.
    """
    addresses = [address_of(config.server, each.path) for each in endpoints]
    tls = Origin.of(addresses[0]).tls
    kept: list[RunResult] = []
    with responding(str(CERTIFICATE) if tls else None) as address:
        here = replace(
            config,
            base_url=address,
            allow=(),
            max_rate=None,
            max_requests=None,
            verify=str(CERTIFICATE) if tls else config.verify,
            transport="requests" if config.through_requests else config.transport,
            proxies={},
        )
        requests_here = [
            replace(each, path=_path_of(there), expected=frozenset({200}), checks=())
            for each, there in zip(endpoints, addresses, strict=True)
        ]
        host = calibrating_host(config.cluster)
        tester = LoadTester(here, identity, feeders=over_and_over(feeders), host=host)
        plan = tester.plan(requests_here, as_fast_as_possible(duration), "Calibration")
        tester.run(plan, "", lambda moment: None, kept.append)
    run = kept[0]
    if not run.outcomes[200]:
        raise EngineFailed(
            "Calibrating got no answer from the load generator's own machine: if a proxy is set, "
            "let NO_PROXY name 127.0.0.1 there."
        )
    return Calibration(
        rate_per_s=run.outcomes[200] * 1e9 / run.length_ns,
        tls=tls,
        transport=run.generator.transport,
        workers=run.generator.workers,
        shards=run.generator.shards,
        cluster=config.cluster,
        machines=len(run.generator.hosts) or 1,
    )


def _path_of(url: str) -> str:
    """Path and query, without the server."""
    parts = urlsplit(url)
    return f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
