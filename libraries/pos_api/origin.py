"""Which load run, and which request of it, a stored row comes from."""

import re
from typing import NamedTuple

from starlette.requests import Request

from pos_api.errors import ApiError, invalid_field

LOAD_RUN = re.compile(r"[0-9a-fA-F]{1,64}", re.ASCII)
_REQUEST_ID = re.compile(r"[!-~]{1,128}", re.ASCII)


class Origin(NamedTuple):
    """What the headers ``X-Load-Run`` and ``X-Request-Id`` said; None where there was none."""

    load_run: str | None
    request_id: str | None


_NOWHERE = Origin(None, None)


def origin_of(request: Request) -> Origin:
    """Where a request comes from; its id is of interest only within a load run.

    Raises:
        ApiError: 422, one of the two headers will not do: what the run has written could not be
            found again.
    """
    load_run = request_id = None
    for name, value in request.scope["headers"]:
        if name == b"x-load-run":
            load_run = value.decode("latin-1")
        elif name == b"x-request-id":
            request_id = value.decode("latin-1")
    if load_run is None:
        return _NOWHERE
    if request_id is not None and not _REQUEST_ID.fullmatch(request_id):
        raise invalid_field("X-Request-Id", "1 to 128 visible ASCII characters", request_id)
    return Origin(read_load_run(load_run), request_id)


def read_load_run(text: str) -> str:
    """The id of a load run, in small letters.

    Raises:
        ApiError: 422, it is not hexadecimal.
    """
    if not LOAD_RUN.fullmatch(text):
        raise _not_hexadecimal(text)
    return text.lower()


def _not_hexadecimal(text: str) -> ApiError:
    return invalid_field("X-Load-Run", "1 to 64 hexadecimal digits", text)
