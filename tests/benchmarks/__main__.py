"""Measures the load generator against its peers, on one server in one run.

    .venv/bin/python tests/benchmarks [--only speed] [--seconds 5] [--rounds 5]

| part     | what it measures                                                              |
| -------- | ----------------------------------------------------------------------------- |
| speed    | closed model, 50 connections, one core: ours, wrk, hey and Locust in turns     |
| tls      | the same over TLS: ours and wrk                                                |
| accuracy | fixed rates: what was sent when, and whether the server counted the same       |
| truth    | fixed rates: what was measured, and what the server recorded of itself        |
| monitor  | what watching costs, by open sockets                                           |
| soak     | 2,000 requests a second for long (--seconds 3600): what grows, what drifts       |
| many     | ten million requests in one run, and whether the server counted the same      |
| memory   | of a shard: by open connections, and by seconds at 20,000 requests a second    |
| sockets  | WebSocket connections to the reference API, and whether it counted the same   |
| journeys | 50,000 users at the highest rate, and as many who think; whose values they show |
| sessions | memory of a thousand signed-in users                                          |
| clusters | what a scheduler and a parent can carry: how many shards, at which cost        |
| limiters | ten rate limiters of the field: what a probe finds, and which kind each is     |
| kinds    | the same in simulation: how often the kind is named rightly                    |

It takes two cores: nginx has the first, the generator the second. nginx, wrk and hey are
Debian packages; Locust is installed into a folder of its own.  What is missing is left out.
Only ratios within one run mean something: machines differ, and so does what else they do.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "libraries"))

import accuracy
import clusters
import journeys
import kinds
import limiters
import memory
import monitor
import sessions
import soak
import sockets
import speed
import truth

PARTS = {
    "speed": speed.plain,
    "tls": speed.tls,
    "accuracy": accuracy.run,
    "truth": truth.run,
    "memory": memory.run,
    "soak": soak.run,
    "many": soak.many,
    "limiters": limiters.run,
    "kinds": kinds.run,
    "monitor": monitor.run,
    "journeys": journeys.run,
    "sockets": sockets.run,
    "sessions": sessions.run,
    "clusters": clusters.run,
}


def main() -> None:
    """Run what is asked for, one part after the other."""
    parser = argparse.ArgumentParser(prog="tests/benchmarks")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part alone")
    parser.add_argument("--seconds", type=int, default=5, help="of each measurement (5)")
    parser.add_argument("--rounds", type=int, default=5, help="whose median counts (5)")
    arguments = parser.parse_args()
    if shutil.which("nginx") is None:
        sys.exit("nginx serves these measurements: apt-get install nginx wrk hey")
    for name in arguments.only or PARTS:
        print(f"\n{name}\n{'-' * len(name)}", flush=True)
        PARTS[name](arguments.seconds, arguments.rounds)


if __name__ == "__main__":
    main()
