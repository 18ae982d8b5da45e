"""Network namespaces, by iproute2: whether they can be made here."""

from __future__ import annotations

import os
import subprocess
from functools import cache


def ip(*words: str) -> str:
    """What `ip` answers.

    Raises:
        CalledProcessError: It refuses.
    """
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True).stdout


@cache
def refused() -> str | None:
    """Why they, and a bridge between them, cannot be made here; None where they can."""
    name = f"apitry{os.getpid()}"
    try:
        ip("netns", "add", name)
        try:
            ip("link", "add", name, "type", "bridge")
            ip("link", "del", name)
        finally:
            ip("netns", "del", name)
    except FileNotFoundError:
        return "there is no `ip`, of iproute2"
    except subprocess.CalledProcessError as error:
        return str(error.stderr).strip()
    return None
