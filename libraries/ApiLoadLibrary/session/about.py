"""What the report says of where and with what the session was held."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

import ApiLoadLibrary

from .config import LoadTestConfig

__all__ = ["environment"]


def environment(config: LoadTestConfig, versions: Mapping[str, str]) -> dict[str, str]:
    """The generator's machine, and the versions of what ran on it."""
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
    }
