"""A Dask cluster of processes on this machine, with certificates; each worker has an address of
its own, as if it were another machine.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import yaml

from rig.process import END_WITHIN_S, ROOT

__all__ = ["certificates", "loopback_cluster"]

READY_WITHIN_S = 30
SCHEDULER = ("scheduler", "--protocol", "tls", "--host", "127.0.0.1", "--port", "0")


def certificates(folder: Path, settings: str, script: str) -> None:
    """Make certificates in a folder, and write settings of Dask's there that name them.

    Args:
        folder: Where to, and where they are said to be from now on.
        settings: YAML, as the documentation shows it.
        script: What makes them, as the documentation shows it.
    """
    subprocess.run(["sh", "-e", "-c", script], cwd=folder, capture_output=True, check=True)
    (folder / "dask.yaml").write_text(settings.replace("/etc/apiload", str(folder)), "utf-8")


@contextmanager
def loopback_cluster(folder: Path, *hosts: str) -> Iterator[str]:
    """The address of a scheduler with a worker of one slot on each of these hosts.

    Args:
        folder: With the settings of all of them; they write their logs there.
        hosts: Addresses of this machine.
    """
    file = folder / "scheduler.address"
    with ExitStack() as stack:
        stack.enter_context(_part(folder, *SCHEDULER, "--scheduler-file", str(file)))
        for number, host in enumerate(hosts):
            where = ("--host", host, "--nthreads", "1", "--name", f"worker-{number}")
            _wait_for(file, "address")
            stack.enter_context(
                _part(folder, "worker", "--no-nanny", *where, "--scheduler-file", str(file))
            )
        for number in range(len(hosts)):
            _wait_for(folder / f"worker-{number}.log", "Registered to:")
        yield str(yaml.safe_load(file.read_text("utf-8"))["address"])


@contextmanager
def _part(folder: Path, *arguments: str) -> Iterator[None]:
    name = arguments[arguments.index("--name") + 1] if "--name" in arguments else arguments[0]
    command = [sys.executable, "-m", "dask", arguments[0], "--no-dashboard", *arguments[1:]]
    settings = {"DASK_CONFIG": str(folder), "PYTHONPATH": str(ROOT / "libraries")}
    with (folder / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=log, stderr=log, cwd=folder, env={**os.environ, **settings}
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(END_WITHIN_S)


def _wait_for(file: Path, word: str) -> None:
    deadline = time.monotonic() + READY_WITHIN_S
    while not (file.exists() and word in file.read_text("utf-8")):
        assert time.monotonic() < deadline, f"{file} says nothing of {word!r}"
        time.sleep(0.05)
