"""What is wrong with the server on purpose, so that suites can be seen to find it."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from pos_api.errors import ApiError, json_response
from pos_api.fields import Fields, read_fields
from pos_api.loopback import require_loopback

FAULTS_PATH = "/api/faults"

FaultSetting = Mapping[str, Any]
"""Members of `Faults` and what they shall be."""

_SWITCHES: dict[str, FaultSetting] = {
    "double-charge": {"double_charge": True},
    "admit-expired": {"admit_expired": True},
    "limiter-off": {"limiter": "off"},
}
FAULT_OPTIONS = (*_SWITCHES, "lose-orders=SHARE")


@dataclass
class Faults:
    """Each fault by itself; a new server has none.

    Attributes:
        double_charge: each accepted payment intent is stored twice.
        lose_orders: the share of orders that are accepted and forgotten.
        admit_expired: tokens are good for ever.
        limiter: "off" lets every request pass.
    """

    double_charge: bool = False
    lose_orders: float = 0.0
    admit_expired: bool = False
    limiter: str = "on"

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
        allowed: whether the server was started with ``--fault-control``.
    """

    def __init__(self, faults: Faults, *, allowed: bool) -> None:
        self._faults = faults
        self._allowed = allowed

    async def read(self, request: Request) -> Response:
        """``GET /api/faults``: what is wrong now."""
        self._require_permission(request)
        return json_response(asdict(self._faults))

    async def change(self, request: Request) -> Response:
        """``PUT /api/faults``: change those that are named, and show all."""
        self._require_permission(request)
        fields = await read_fields(request, tuple(asdict(self._faults)))
        self._faults.change(_read_changes(fields))
        return json_response(asdict(self._faults))

    def _require_permission(self, request: Request) -> None:
        require_loopback(request)
        if not self._allowed:
            message = "Faults can be changed only where the server runs with --fault-control."
            raise ApiError(403, "fault_control_off", message)


def _read_changes(fields: Fields) -> FaultSetting:
    """All of them are read before the first is changed."""
    readers: dict[str, Callable[[str], object]] = {
        "double_charge": fields.boolean,
        "lose_orders": fields.share,
        "admit_expired": fields.boolean,
        "limiter": lambda name: fields.choice(name, ("on", "off")),
    }
    return {name: read(name) for name, read in readers.items() if name in fields}
