"""What is wrong with the server on purpose, so that suites can be seen to find it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError, invalid_field, json_response
from pos_api.fields import Fields, read_fields
from pos_api.modes import LONGEST_DELAY_MS, MODES
from pos_api.times import read_time

FAULTS_PATH = "/api/faults"

FaultSetting = Mapping[str, Any]
"""Members of `Faults` and what they shall be."""

_SWITCHES: dict[str, FaultSetting] = {
    "double-charge": {"double_charge": True},
    "admit-expired": {"admit_expired": True},
    "drop-websockets": {"drop_websockets": True},
    "limiter-off": {"limiter": "off"},
    "breaker-off": {"breaker": "off"},
    "provider-broken": {"provider": "broken", "delay_ms": 0},
}
FAULT_OPTIONS = (*_SWITCHES, "provider-slow=TIME", "lose-orders=SHARE")

TellProvider = Callable[[str, int], Awaitable[None]]


@dataclass
class Faults:
    """Each fault by itself; a new server has none.

    Attributes:
        provider: ``ok``; ``slow``, which charges at once and answers late; ``broken``, which
            charges nothing and answers 500.
        delay_ms: how late a slow or broken provider answers.
        double_charge: each accepted payment intent is stored twice.
        lose_orders: the share of orders that are accepted and forgotten.
        admit_expired: tokens are good for ever.
        drop_websockets: a tenth of the connections is closed with 1011, each second.
        limiter: ``off`` lets every request pass.
        breaker: ``off`` lets every charge go to the provider.
    """

    provider: str = "ok"
    delay_ms: int = 0
    double_charge: bool = False
    lose_orders: float = 0.0
    admit_expired: bool = False
    drop_websockets: bool = False
    limiter: str = "on"
    breaker: str = "on"

    def change(self, setting: FaultSetting) -> None:
        """Set the members that are named and leave the others."""
        for name, value in setting.items():
            setattr(self, name, value)


def read_fault(text: str) -> FaultSetting:
    """What a ``--fault`` asks for.

    Raises:
        ValueError: no fault is called that, or its value will not do.
    """
    if text in _SWITCHES:
        return _SWITCHES[text]
    name, _, value = text.partition("=")
    if name == "lose-orders":
        return {"lose_orders": _read_share(value)}
    if name == "provider-slow":
        return {"provider": "slow", "delay_ms": round(read_time(value) * 1000)}
    raise ValueError(f"{text!r} is no fault; known are {', '.join(FAULT_OPTIONS)}")


def _read_share(text: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if 0 <= share <= 1:
        return share
    raise ValueError(f"{text!r} is not a share from 0 to 1, such as 0.01")


class FaultControl:
    """The endpoint that shows and changes the faults while the server runs.

    Args:
        faults: what it changes.
        tell_provider: passes the provider's mode and delay on to it.
        allowed: whether the server was started with ``--fault-control``.
    """

    def __init__(self, faults: Faults, tell_provider: TellProvider, *, allowed: bool) -> None:
        self._faults = faults
        self._tell_provider = tell_provider
        self._allowed = allowed

    async def read(self, request: Request) -> Response:
        """``GET /api/faults``: what is wrong now."""
        self._require_permission(request)
        return json_response(asdict(self._faults))

    async def change(self, request: Request) -> Response:
        """``PUT /api/faults``: change those that are named, and show all."""
        self._require_permission(request)
        fields = await read_fields(request, tuple(asdict(self._faults)))
        changes = _read_changes(fields)
        if "provider" in changes:
            await self._tell_provider(changes["provider"], changes["delay_ms"])
        self._faults.change(changes)
        return json_response(asdict(self._faults))

    def _require_permission(self, request: Request) -> None:
        if not self._allowed:
            message = "Faults can be changed only where the server runs with --fault-control."
            raise ApiError(403, "fault_control_off", message)


def _read_changes(fields: Fields) -> FaultSetting:
    """All of them are read before the first is changed."""
    readers: dict[str, Callable[[str], object]] = {
        "double_charge": fields.boolean,
        "lose_orders": fields.share,
        "admit_expired": fields.boolean,
        "drop_websockets": fields.boolean,
        "limiter": lambda name: fields.choice(name, ("on", "off")),
        "breaker": lambda name: fields.choice(name, ("on", "off")),
    }
    changes = {name: read(name) for name, read in readers.items() if name in fields}
    return {**changes, **_read_provider(fields)}


def _read_provider(fields: Fields) -> FaultSetting:
    if "provider" not in fields:
        if "delay_ms" in fields:
            raise invalid_field("provider", "sent together with delay_ms", None)
        return {}
    mode = fields.choice("provider", MODES)
    if mode == "ok":
        return {"provider": mode, "delay_ms": 0}
    if mode == "slow":
        return {"provider": mode, "delay_ms": fields.integer("delay_ms", 1, LONGEST_DELAY_MS)}
    delay_ms = fields.optional_integer("delay_ms", 0, LONGEST_DELAY_MS)
    return {"provider": mode, "delay_ms": delay_ms or 0}
