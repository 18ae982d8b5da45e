"""What the report says of where and with what the session was held."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping

import ApiLoadLibrary
from ApiLoadLibrary.report.document import UNVERIFIED

from .config import LoadTestConfig

__all__ = ["environment"]


def environment(
    config: LoadTestConfig, versions: Mapping[str, str], session_id: str, unverified: Iterable[str]
) -> dict[str, str]:
    """The generator's machine, and the versions of what ran on it.

    Args:
        config: The settings at the end.
        versions: Of what ran the session, by name.
        session_id: What requests outside of load runs carry as `X-Load-Run`.
        unverified: Origins whose certificates were not verified.
    """
    trusted = ", ".join(sorted(unverified))
    return {
        "library": ApiLoadLibrary.__version__,
        **versions,
        "python": platform.python_version(),
        "platform": platform.platform(terse=True),
        "cores": str(os.cpu_count() or 1),
        "generator_host": platform.node(),
        "transport": "requests" if config.through_requests else config.transport,
        "redirects": config.redirects,
        "cookies": "kept by each worker" if config.cookies else "not kept",
        "workers": str(config.workers),
        "timeout": str(config.timeout),
        "session": session_id,
        **({UNVERIFIED: trusted} if trusted else {}),
    }
