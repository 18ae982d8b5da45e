"""What the server is started with: the command line and two environment variables."""

import argparse
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from pos_api.errors import StartError

# No secret, --help prints them: good enough for a demonstration on the loopback address only.
DEFAULT_USERNAME, DEFAULT_PASSWORD = "till-1", "flat-white-please"

# "trace" is left out on purpose: there uvicorn logs every header, and so the tokens.
LOG_LEVELS = ("debug", "info", "warning", "error", "critical")

_LONGEST_DELAY_S = 60.0
_LONGEST_LIFETIME_S = 24 * 60 * 60
_DELAY = re.compile(r"([0-9]+(?:\.[0-9]+)?) ?(ms|s)", re.ASCII)


@dataclass(frozen=True)
class Settings:
    """Everything that can be set about one server process."""

    host: str = "127.0.0.1"
    port: int = 0
    database: Path | None = None
    delay_s: float = 0.0
    token_lifetime_s: int = 3600
    log_level: str = "info"
    stop_with_parent: bool = False
    username: str = DEFAULT_USERNAME
    password: str = field(default=DEFAULT_PASSWORD, repr=False)


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line and the environment.

    Raises:
        StartError: an argument or a variable will not do; the message says what would.
    """
    options = _parser().parse_args(arguments)
    return Settings(
        **vars(options),
        username=_credential(environment, "POS_API_USERNAME", DEFAULT_USERNAME),
        password=_credential(environment, "POS_API_PASSWORD", DEFAULT_PASSWORD),
    )


def read_delay(text: str) -> float:
    """Seconds of a time such as ``500ms``, ``0.5 s`` or ``0``."""
    match = _DELAY.fullmatch(text.strip())
    if match:
        delay_s = float(match[1]) / (1000 if match[2] == "ms" else 1)
        if delay_s <= _LONGEST_DELAY_S:
            return delay_s
    elif text.strip() == "0":
        return 0.0
    raise argparse.ArgumentTypeError(
        f"{text!r} is not a time from 0 to {_LONGEST_DELAY_S:.0f} s; write 500ms or 0.5s"
    )


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
    return parser


def _add_network(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    parser.add_argument(
        "--port", type=_whole_number(0, 65535), default=0, help="port, 0 for any free one (0)"
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
        type=read_delay,
        default=0.0,
        metavar="TIME",
        help="wait this long before each answer under /api, such as 500ms or 0.5s",
    )
    parser.add_argument(
        "--token-lifetime",
        dest="token_lifetime_s",
        type=_whole_number(1, _LONGEST_LIFETIME_S),
        default=3600,
        metavar="SECONDS",
        help="seconds until a token expires (%(default)s)",
    )
    parser.add_argument("--log-level", choices=LOG_LEVELS, default="info", help="(%(default)s)")
    parser.add_argument(
        "--stop-with-parent",
        action="store_true",
        help="end when the process that started this one has ended",
    )


def _whole_number(lowest: int, highest: int) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) and lowest <= int(text) <= highest:
            return int(text)
        raise argparse.ArgumentTypeError(
            f"{text!r} is not a whole number from {lowest} to {highest}"
        )

    return convert


def _credential(environment: Mapping[str, str], name: str, default: str) -> str:
    value = environment.get(name, default)
    if not value:
        raise StartError(f"{name} is set but empty; give it a value, or unset it for the default.")
    return value
