"""The command line: how to begin, and what can be done with reports once they are written.

It ends with 0 when all went well, and with 3 after a sentence on what did not; 1 and 2 are the
verdicts of `verdict`.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from ApiLoadLibrary.errors import BadInput

from . import export, init, merge, pages, side_by_side, sign, verdict

__all__ = ["main"]

REFUSED = 3
INTERRUPTED = 130
"""As shells have it after Ctrl-C."""
COMMANDS = (init, pages, side_by_side, merge, export, sign, verdict)


def main(arguments: Sequence[str]) -> int:
    """Carry out a command; returns its exit code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # a console without ✓
    parser = _Parser(
        prog="python -m ApiLoadLibrary",
        description="Begins suites, and works on acceptance reports.",
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    for each in COMMANDS:
        each.add_to(commands)
    asked = parser.parse_args(arguments)
    try:
        code: int = asked.command(asked)
    except (BadInput, OSError) as error:
        print(error, file=sys.stderr)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


class _Parser(argparse.ArgumentParser):
    """Ends with another code than a verdict has."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(REFUSED, f"{self.prog}: {message}\n")
