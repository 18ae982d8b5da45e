"""The command line: which options there are, and what may be given to them."""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn, TypeVar

from pos_api.credentials import DEFAULT_PASSWORD, DEFAULT_USERNAME
from pos_api.errors import StartError
from pos_api.faults import FAULT_OPTIONS, read_fault
from pos_api.limiting import LIMITERS
from pos_api.operators import read_network
from pos_api.quota import Quota, read_quota
from pos_api.times import LONGEST_S, read_time

# "trace" is left out on purpose: there uvicorn logs every header, and so the tokens.
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")

DEFAULT_LIMIT = Quota(50, 5)
"""A window of seconds, so that a test need not wait for minutes."""

_LONGEST_LIFETIME_S = 24 * 60 * 60
_LARGEST_BURST = 1_000_000

Value = TypeVar("Value")


def read_arguments(arguments: Sequence[str]) -> dict[str, Any]:
    """The options by the names of the settings they stand for.

    Raises:
        StartError: one of them is unknown or will not do.
    """
    options = vars(_parser().parse_args(arguments))
    options["faults"] = tuple(options["faults"])
    return options


class _OneSentenceParser(argparse.ArgumentParser):
    """argparse would print the usage before the sentence; here the sentence is enough."""

    def error(self, message: str) -> NoReturn:
        raise StartError(f"{message}; --help lists the arguments.")


def _parser() -> argparse.ArgumentParser:
    parser = _OneSentenceParser(
        prog="python -m pos_api",
        description="A small point-of-sale API to test against. Prints its address once it "
        "accepts connections, and stops on SIGTERM or Ctrl-C.",
        epilog="Sign in as POS_API_USERNAME with POS_API_PASSWORD, two environment variables; "
        f"by default {DEFAULT_USERNAME!r} with {DEFAULT_PASSWORD!r}, for demonstrations only.",
        allow_abbrev=False,
    )
    _add_network(parser)
    _add_behaviour(parser)
    _add_limiter(parser.add_argument_group("the limiter of /api/partner"))
    _add_payments(parser.add_argument_group("card payments"))
    _add_faults(parser.add_argument_group("what shall be wrong"))
    return parser


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_whole_number(0, 65535), default=0, help="port, 0 for any free one (0)"
    )
    parser.add_argument(
        "--operators",
        type=_checked(read_network),
        metavar="NETWORK",
        help="besides clients on this machine, who may read its counters, remove what load runs "
        "have written, and break it if --fault-control is given: a network such as 10.1.2.0/24",
    )
    parser.add_argument(
        "--database",
        type=Path,
        metavar="PATH",
        help="SQLite file, made if missing (by default in a temporary folder, removed at the end)",
    )


def _add_behaviour(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--delay",
        dest="delay_s",
        type=_checked(read_time),
        default=0.0,
        metavar="TIME",
        help="wait this long before each answer under /api, such as 500ms or 0.5s; "
        f"at most {LONGEST_S:.0f}s",
    )
    parser.add_argument(
        "--token-lifetime",
        dest="token_lifetime_s",
        type=_whole_number(1, _LONGEST_LIFETIME_S),
        default=3600,
        metavar="SECONDS",
        help="seconds until a token expires (%(default)s)",
    )
    parser.add_argument(
        "--websocket-limit",
        type=_whole_number(1, 1_000_000),
        default=10_000,
        metavar="N",
        help="connections to /api/ws at the same time; more are refused with 503 (%(default)s)",
    )
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="info", help="(%(default)s)")
    parser.add_argument(
        "--stop-with-parent",
        action="store_true",
        help="end when the process that started this one has ended",
    )


def _add_limiter(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--limiter",
        choices=LIMITERS,
        default="moving",
        help="how requests are counted, each token's by themselves: in fixed windows from the "
        "first request on, in a moving window, in a sliding counter, or in a bucket of tokens "
        "that fills steadily (%(default)s)",
    )
    group.add_argument(
        "--limit",
        type=_checked(read_quota),
        default=str(DEFAULT_LIMIT),
        metavar="LIMIT",
        help="requests and the time they are for, such as 50/5s or 600/min (%(default)s)",
    )
    group.add_argument(
        "--limit-burst",
        type=_whole_number(1, _LARGEST_BURST),
        metavar="N",
        help="what the bucket holds (by default as many as --limit allows in its time)",
    )


def _add_payments(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--provider-timeout",
        dest="provider_timeout_s",
        type=_checked(_read_some_time),
        default="500ms",
        metavar="TIME",
        help="how long the payment provider may take for one (%(default)s)",
    )
    group.add_argument(
        "--breaker",
        type=_checked(_read_switch),
        default="on",
        metavar="on|off",
        help="a circuit breaker around the payment provider (%(default)s)",
    )
    group.add_argument(
        "--breaker-failures",
        type=_whole_number(1, 1000),
        default=5,
        metavar="N",
        help="so many failures in a row open it (%(default)s)",
    )
    group.add_argument(
        "--breaker-open",
        dest="breaker_open_s",
        type=_checked(_read_some_time),
        default="2s",
        metavar="TIME",
        help="how long it stays open before one payment may try again (%(default)s)",
    )
    group.add_argument(
        "--payments-at-once",
        type=_whole_number(1, 100_000),
        default=64,
        metavar="N",
        help="under way at the same time; more are refused with 503 at once (%(default)s)",
    )


def _add_faults(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--fault-control",
        action="store_true",
        help="let clients on this machine, and --operators, change what is wrong: PUT /api/faults",
    )
    group.add_argument(
        "--fault",
        dest="faults",
        action="append",
        type=_checked(read_fault),
        default=[],
        metavar="FAULT",
        help=f"wrong from the start, may be repeated: {', '.join(FAULT_OPTIONS)}",
    )


def _read_some_time(text: str) -> float:
    if seconds := read_time(text):
        return seconds
    raise ValueError(f"{text!r} is no time at all; write 500ms or 0.5s")


def _read_switch(text: str) -> bool:
    if text in {"on", "off"}:
        return text == "on"
    raise ValueError(f"{text!r} is neither on nor off")


def _checked(read: Callable[[str], Value]) -> Callable[[str], Value]:
    """A reading function whose complaint argparse repeats; it would make up one of its own."""

    def convert(text: str) -> Value:
        try:
            return read(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return convert


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) and lowest <= int(text) <= highest:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from {lowest} to {highest}"
        )

    return convert
