"""Feeds what reads foreign input with cases that are made up and damaged, for as long as you like.

    .venv/bin/python tests/fuzz [--only responses] [--count 1000000] [--seed 0] [--guided]

| target        | what is fed, and what must hold                                               |
| ------------- | ----------------------------------------------------------------------------- |
| responses     | the HTTP connection, over socket pairs: one outcome for each request, the same |
|               | however answers are cut, and right as h11 has it                               |
| sockets       | the WebSocket connection: the same messages and end, however they are cut     |
| conversations | answers to messages: each message ends once                                   |
| headers       | what headers tell of rate limits; redirects, cookies, bodies, metrics alike   |
| criteria      | the language: read and printed the same, or a bad criterion; checks and        |
|               | placeholders alike                                                            |
| imports       | OpenAPI, HAR, Postman: endpoints that can be sent, or a sentence              |
| tables        | CSV and JSON Lines: the rows that other readers find, or a sentence           |
| reports       | reports and histograms, damaged: a page, or a sentence                         |

A finding ends the run with its seed: `--only … --seed …` brings it back.  With --guided atheris
leads the way by the code that is reached, for one target; it is installed by hand.
"""

from __future__ import annotations

import argparse
import faulthandler
import sys
import time
from pathlib import Path
from random import Random

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent / "libraries")]
HANGS_S = 60
PER_LOOK = 500


def main() -> None:
    """Run what is asked for, one target after the other."""
    parser = argparse.ArgumentParser(prog="tests/fuzz")
    parser.add_argument("--only", action="append", metavar="TARGET", help="this target alone")
    parser.add_argument("--count", type=int, default=10_000, help="of what is fed (10,000)")
    parser.add_argument("--seed", type=int, default=0, help="of the first case (0)")
    parser.add_argument("--guided", action="store_true", help="by coverage, with atheris")
    asked = parser.parse_args()
    if asked.guided:
        from fuzz import guided

        guided.run(*(asked.only or ["responses"]), asked.count, asked.seed)
    from fuzz.targets import TARGETS

    for name in asked.only or TARGETS:
        if name not in TARGETS:
            parser.error(f"there is no target {name!r}: there is {', '.join(TARGETS)}")
        _run(name, asked.count, asked.seed)


def _run(name: str, count: int, seed: int) -> None:
    from fuzz.targets import TARGETS

    target, begun, fed, longest_s = TARGETS[name], time.monotonic(), 0, 0.0
    while fed < count:
        if seed % PER_LOOK == 0:  # a case that hangs ends the run, with the place where it does
            faulthandler.dump_traceback_later(HANGS_S, exit=True)
        before = time.thread_time()
        try:
            fed += target(Random(seed))
        except BaseException:
            print(f"{name}: --only {name} --seed {seed} --count 1", flush=True)
            raise
        longest_s = max(longest_s, time.thread_time() - before)
        seed += 1
    faulthandler.cancel_dump_traceback_later()
    took_s = time.monotonic() - begun
    print(f"{name:13} {fed:>9,} fed in {took_s:6.1f} s; the longest case took {longest_s:.3f} s")


if __name__ == "__main__":
    main()
