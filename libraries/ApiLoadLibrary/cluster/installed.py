"""Which code is installed here and on the workers: two builds may carry the same version."""

from __future__ import annotations

import asyncio
import hashlib
import pydoc
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from distributed import Client

import ApiLoadLibrary
from ApiLoadLibrary import __version__
from ApiLoadLibrary.errors import EngineFailed

__all__ = ["WITHIN_S", "fingerprint", "require_same_code"]

ABOUT = "ApiLoadLibrary"
WITHIN_S = 5
"""Whoever does not answer in that time is thought to be gone."""


def require_same_code(client: Client, workers: Sequence[str]) -> None:
    """See whether the scheduler and these workers have the library, and the same one as here.

    Plans are unpickled by both.

    Raises:
        EngineFailed: One has not, or does not answer.
    """
    # First a function of Python's own: whoever has not the library could not load one of it.
    for who, version in _answers(client, workers, pydoc.locate, f"{ABOUT}.__version__"):
        if isinstance(version, Exception):
            raise EngineFailed(f"{who} cannot import {ABOUT}: {version}.")
        if version != __version__:
            raise EngineFailed(
                f"{who} has {f'version {version}' if version else 'no version'} of {ABOUT}, and "
                f"here is {__version__}: install robotframework-apiload[cluster]=={__version__} "
                "there."
            )
    for who, files in _answers(client, workers, fingerprint):
        if files != fingerprint():
            raise EngineFailed(
                f"{who} has other files of {ABOUT} than here under the same version "
                f"{__version__}: install the same ones, and start it again."
            )


def _answers(
    client: Client, workers: Sequence[str], function: Callable[..., object], *arguments: object
) -> list[tuple[str, Any]]:
    """What the scheduler and each worker answer, or what was raised instead.

    Raises:
        EngineFailed: One does not answer.
    """
    asked = ["The scheduler", *(f"The worker at {each}" for each in workers)]
    answers = client.sync(_asked, client, workers, function, *arguments)
    found = list(zip(asked, answers, strict=True))
    for who, answer in found:
        if isinstance(answer, TimeoutError | OSError):
            raise EngineFailed(f"{who} does not answer: connect its machine again, or end it.")
    return found


async def _asked(
    client: Client, workers: Sequence[str], function: Callable[..., object], *arguments: object
) -> list[Any]:
    async def worker(address: str) -> Any:
        return (await client.run(function, *arguments, workers=[address]))[address]

    all_asked = [client.run_on_scheduler(function, *arguments), *map(worker, workers)]
    within = (asyncio.wait_for(each, WITHIN_S) for each in all_asked)
    return await asyncio.gather(*within, return_exceptions=True)


@cache
def fingerprint() -> str:
    """The same wherever the package has the same Python files.

    A worker answers with what it found when it was first asked: files that are replaced afterwards
    are not those that it has loaded.
    """
    package = Path(ApiLoadLibrary.__file__).parent
    files = {each.relative_to(package).as_posix(): each for each in package.rglob("*.py")}
    found = hashlib.sha256()
    for name in sorted(files):
        found.update(f"{name}\0".encode())
        found.update(hashlib.sha256(files[name].read_bytes()).digest())
    return found.hexdigest()
