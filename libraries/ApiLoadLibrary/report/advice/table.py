"""The table of rules: what is looked for, who should act, and what is to be done."""

from __future__ import annotations

from . import (
    connections,
    endpoints,
    failures,
    growth,
    headroom,
    margins,
    moments,
    queueing,
    resources,
    shape,
    trust,
)
from .rule import Rule, per_run

__all__ = ["RULES"]

BACKEND, OPERATIONS, QA = "Backend", "Operations", "QA"
BOTH = "Backend and operations"


def _unless(*names: str) -> frozenset[str]:
    return frozenset(names)


RULES: tuple[Rule, ...] = (
    Rule(
        "generator",
        per_run(trust.unhealthy_generator, doubtful=True, provoked=True),
        QA,
        "Mend this first and send the load again; the service is not judged yet.",
    ),
    Rule(
        "strangers",
        per_run(failures.strangers_admitted, doubtful=True, provoked=True),
        BACKEND,
        "Close this before anything else: look at how these endpoints check tokens, and whether "
        "they go on doing so under load.",
    ),
    Rule(
        "broken tests",
        trust.broken_tests,
        QA,
        "Mend what stopped them and run the suite again.",
    ),
    Rule(
        "broke down",
        per_run(failures.broke_down, even=True),
        BOTH,
        "See in the service's log what happened at that moment (memory, crash, pool used up, "
        "circuit breaker), and why it did not recover; a health check could restart it.",
    ),
    Rule(
        "started anew",
        per_run(resources.started_anew),
        BOTH,
        "Find out why it ended: its log, and the system's on killed processes (out of memory). "
        "Until that is known, figures after that moment are of a fresh one.",
    ),
    *failures.CAUSE_RULES,
    Rule(
        "failures at once",
        per_run(failures.failure_spell, even=True),
        OPERATIONS,
        "Find out what happened in those seconds: a restart, a deployment, a fail-over, a backup. "
        "If that is part of everyday life, let instances change places without dropping requests.",
    ),
    Rule(
        "cannot keep up",
        per_run(queueing.cannot_keep_up),
        BOTH,
        "Make a request cheaper, or let the service do more of them at once (instances, pool "
        "sizes). More connections from outside would only let them wait inside.",
    ),
    Rule(
        "full processor",
        per_run(resources.full_processor, even=True),
        BOTH,
        "Find out with a profiler what it is busy with; then make that cheaper, or scale up (more "
        "cores) or out (more instances); then measure again.",
        unless=_unless("held back", "processor taken away"),
    ),
    Rule(
        "one processor",
        per_run(resources.one_processor, even=True),
        BACKEND,
        "Let it work on all of them: more worker processes or threads. More or larger machines "
        "would not help before.",
    ),
    Rule(
        "held back",
        per_run(resources.held_back, even=True),
        OPERATIONS,
        "Raise the container's limit of processor time, or give it none and rely on what it asks "
        "for; or make requests cheaper.",
    ),
    Rule(
        "waits for disk",
        per_run(resources.waits_for_disk, even=True),
        BOTH,
        "See what is written or read so often (the database, logs, swapping); keep more in memory, "
        "write less or together, or give it a faster disk.",
    ),
    Rule(
        "processor taken away",
        per_run(resources.stolen, even=True),
        OPERATIONS,
        "Ask for a host that is less crowded, or for processors of its own; then measure again.",
    ),
    Rule(
        "files used up",
        per_run(resources.files_used_up),
        OPERATIONS,
        "Raise its limit of open files, and see whether connections are closed that nobody needs.",
    ),
    Rule(
        "memory full",
        per_run(resources.memory_full),
        OPERATIONS,
        "Give it more, or find out what holds so much: a machine that begins to swap is slow, and "
        "one that runs out kills processes.",
    ),
    Rule(
        "disk full",
        per_run(resources.disk_full),
        OPERATIONS,
        "Make room before it is full: databases and logs stop then.",
    ),
    Rule(
        "encryption is costly",
        per_run(connections.costly_encryption),
        OPERATIONS,
        "Keep connections open for longer and take TLS sessions up again; see how busy the one is "
        "that ends TLS, and which keys and versions it uses.",
        unless=_unless("connections not kept", "far away"),
    ),
    Rule(
        "connections not kept",
        per_run(connections.not_reused),
        BOTH,
        "Let the service, and the proxies before it, keep idle connections open (keep-alive), for "
        "longer than clients pause and for more requests.",
    ),
    Rule(
        "far away",
        per_run(connections.far_away),
        OPERATIONS,
        "Measure from nearer to the service to judge it alone; to be quicker for customers, bring "
        "it nearer to them, or let them ask less often.",
        unless=_unless("full processor", "cannot keep up"),
    ),
    Rule(
        "large answers",
        per_run(endpoints.big_answers),
        BACKEND,
        "Send less: pages instead of whole lists, only the fields that are shown, compressed.",
    ),
    Rule(
        "one slow endpoint",
        per_run(endpoints.one_endpoint),
        BACKEND,
        "Start with this one: see what it waits for.",
    ),
    Rule(
        "slow reads",
        per_run(endpoints.slow_reads),
        BACKEND,
        "Look at the database: indexes for these queries, fewer queries for each request, pages "
        "instead of whole lists; and a cache for what many ask and few change.",
        unless=_unless("one slow endpoint"),
    ),
    Rule(
        "slow writes",
        per_run(endpoints.slow_writes),
        BACKEND,
        "Look at the database: locks and long transactions, indexes that every write has to keep, "
        "writing to disk one by one; do afterwards what the customer need not wait for.",
        unless=_unless("one slow endpoint"),
    ),
    Rule(
        "all alike slow",
        per_run(endpoints.all_alike),
        BOTH,
        "Look for what all of them share before looking at any: a proxy, threads, the pool of "
        "connections to the database, sign-in.",
        unless=_unless("full processor", "cannot keep up", "far away", "large answers"),
    ),
    Rule(
        "regular pauses",
        per_run(moments.regular_pauses, even=True),
        BOTH,
        "Look for what runs at that pace: collecting garbage, a database's checkpoint, a cache "
        "that runs out, a scheduled job.",
    ),
    Rule(
        "slow spell",
        per_run(moments.slow_spell, even=True),
        OPERATIONS,
        "See in logs and monitoring what happened then: a restart, a backup, a neighbour on the "
        "same machine, a long pause for collecting garbage.",
        unless=_unless("failures at once", "broke down", "cannot keep up"),
    ),
    Rule(
        "two kinds of answers",
        per_run(shape.two_kinds, even=True),
        BACKEND,
        "Find out what sets the slow ones apart: not in the cache, another branch, a lock, a "
        "retry. The slowest requests are listed below with their ids.",
        unless=_unless("cannot keep up", "slow spell", "regular pauses", "connections not kept"),
    ),
    Rule(
        "heavy tail",
        per_run(shape.heavy_tail, even=True),
        BACKEND,
        "Trace the slowest requests, listed below with their ids: usual causes are collecting "
        "garbage, waiting for a lock or a connection, and retries.",
        unless=_unless(
            "two kinds of answers", "cannot keep up", "slow spell", "regular pauses", "drift"
        ),
    ),
    Rule(
        "idle while slow",
        per_run(resources.idle_while_slow, even=True),
        BACKEND,
        "Adding processors will not help, unless all the work is done in one thread. Trace what a "
        "slow request waits for: the database, its pool of connections, a lock, another service.",
        unless=_unless(
            *("far away", "large answers", "connections not kept", "full processor"),
            *("one processor", "held back", "waits for disk", "processor taken away"),
        ),
    ),
    Rule(
        "burst lingers",
        per_run(moments.burst_lingers),
        BACKEND,
        "Give queues an end, and turn away early what cannot be answered in time: a queue that "
        "outlasts the burst makes everybody wait.",
    ),
    Rule(
        "burst slows",
        per_run(moments.burst_slows),
        BOTH,
        "Keep more in reserve for peaks, scale out before they come, or let what can wait do so.",
    ),
    Rule(
        "slower than before",
        per_run(margins.slower_than_before),
        BACKEND,
        "Compare what has changed since: the version, its settings, its data. Measure both "
        "versions on the same machine, one after the other.",
    ),
    Rule(
        "memory grows",
        per_run(growth.memory_grows, even=True),
        BACKEND,
        "Send load for some hours to see whether it levels off; if not, compare two pictures of "
        "the heap, and look for caches without an end and things that are never closed.",
    ),
    Rule(
        "drift",
        per_run(growth.drift, even=True),
        BACKEND,
        "Send the same for longer. Look for what grows: a table that is searched from end to end, "
        "a queue, memory, a log; if memory grows too, begin there.",
        unless=_unless("cannot keep up", "broke down"),
    ),
    Rule(
        "gives out",
        headroom.gives_out,
        BOTH,
        headroom.UNKNOWN,
    ),
    Rule(
        "no more with more workers",
        headroom.closed_plateau,
        BOTH,
        "This is its limit as it stands. Plan for clearly less; to raise it, find what is used up "
        "at that rate, and measure again.",
    ),
    Rule(
        "slow start",
        per_run(moments.slow_start),
        OPERATIONS,
        "Warm each instance up (caches, connections, compiled code) before customers get there; "
        "this happens after each deployment.",
    ),
    Rule(
        "undecided",
        trust.undecided,
        QA,
        "Settle this and measure again; until then it does not count as met.",
    ),
    Rule(
        "unwatched",
        per_run(trust.unwatched),
        QA,
        "Let it be watched in the next run (`Monitor Host`): then it can be told whether the "
        "processor, the memory or something else is to blame.",
        unless=_unless(
            *("far away", "large answers", "connections not kept", "two kinds of answers"),
            *("regular pauses", "slow spell"),
        ),
    ),
    Rule(
        "thin margin",
        per_run(margins.thin_margin),
        "Product owner",
        "A little more load, or a little less luck, breaks them: decide whether that is enough "
        "until the next release.",
        unless=_unless("generator"),
    ),
    Rule(
        "not settled",
        per_run(trust.unsettled),
        QA,
        "Let it run for longer, or warm it up first: the figures of a longer run may differ.",
        unless=_unless(
            *("drift", "slow spell", "regular pauses", "cannot keep up", "broke down", "slow start")
        ),
    ),
)
"""The most urgent first."""
