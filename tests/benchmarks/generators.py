"""The load generators that are compared, each run as a process on the generator's core."""

from __future__ import annotations

import json
import re
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server import GENERATOR_CORE, Server, pinned

HERE = Path(__file__).parent
CACHE = HERE.parents[1] / ".benchmarks"
LOCUST = CACHE / "locust" / "bin" / "locust"
CONNECTIONS = 50

LOCUSTFILE = """
from locust import FastHttpUser, HttpUser, constant, task


class Fast(FastHttpUser):
    wait_time = constant(0)

    @task
    def get(self):
        self.client.get("/")


class Plain(HttpUser):
    wait_time = constant(0)

    @task
    def get(self):
        self.client.get("/")
"""


STARTING_S = 2


@dataclass(frozen=True)
class Measured:
    """What one process did: requests a second, and its CPU seconds per 1,000 requests."""

    rate: float
    cpu_per_1000: float


@dataclass(frozen=True)
class Used:
    """What one process sent, and the CPU seconds that it used from its start to its end."""

    requests: float
    cpu_s: float


@dataclass(frozen=True)
class Generator:
    """A load generator.

    Attributes:
        command: Its command line, for a server and so many seconds.
        rate: Requests a second, from what it prints.
    """

    name: str
    command: Callable[[Server, int], list[str]]
    rate: Callable[[str], float]

    def measure(self, server: Server, seconds: int) -> Measured:
        """Run it briefly, and then for so much longer: what only starting costs is left out."""
        brief, long = (self._use(server, STARTING_S + more) for more in (0, seconds))
        cpu_s, requests = long.cpu_s - brief.cpu_s, long.requests - brief.requests
        return Measured(long.requests / (STARTING_S + seconds), cpu_s * 1000 / requests)

    def _use(self, server: Server, seconds: int) -> Used:
        before = _cpu_s()
        output = run(self.command(server, seconds))
        return Used(self.rate(output) * seconds, _cpu_s() - before)


def _cpu_s() -> float:
    """CPU time of the processes that have ended until now, and of theirs."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(command: list[str]) -> str:
    """What a command prints, run on the generator's core."""
    found = subprocess.run(
        pinned(GENERATOR_CORE, command), capture_output=True, text=True, check=False
    )
    if found.returncode:
        sys.exit(f"{command[0]} failed:\n{found.stdout[-2000:]}{found.stderr[-2000:]}")
    return found.stdout


def ours(server: Server, seconds: int, **wanted: Any) -> list[str]:
    """Our command line."""
    plan = {"url": server.url, "authority": server.authority, "seconds": seconds}
    return [sys.executable, str(HERE / "ours.py"), json.dumps({**plan, **wanted})]


def requests_per_second(output: str) -> float:
    """Of wrk and hey, which say it alike."""
    return float(re.findall(r"Requests/sec:\s*([\d.]+)", output)[0])


def locust_rate(output: str) -> float:
    """Of Locust's JSON."""
    (stats,) = json.loads(output[output.index("[") :])
    return float(stats["num_requests"] / (stats["last_request_timestamp"] - stats["start_time"]))


def _locust(user: str) -> Callable[[Server, int], list[str]]:
    def command(server: Server, seconds: int) -> list[str]:
        options = f"--headless --only-summary --json -u {CONNECTIONS} -r {CONNECTIONS}".split()
        file = CACHE / "locustfile.py"
        return [
            str(LOCUST),
            "-f",
            str(file),
            *options,
            "-t",
            f"{seconds}s",
            "-H",
            server.url.rstrip("/"),
            user,
        ]

    return command


OURS = Generator(
    "ApiLoadLibrary",
    lambda server, seconds: ours(server, seconds, workers=CONNECTIONS),
    lambda output: float(json.loads(output)["rate"]),
)
WRK = Generator(
    "wrk",
    lambda server, seconds: ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", server.url],
    requests_per_second,
)
HEY = Generator(
    "hey",
    lambda server, seconds: [
        *("hey", "-cpus", "1", "-c", str(CONNECTIONS), "-z", f"{seconds}s", server.url)
    ],
    requests_per_second,
)
LOCUST_FAST = Generator("Locust FastHttpUser", _locust("Fast"), locust_rate)
LOCUST_PLAIN = Generator("Locust HttpUser", _locust("Plain"), locust_rate)


def available(*generators: Generator) -> list[Generator]:
    """Those that this machine has; the others are named."""
    found = []
    for each in generators:
        missing = each in (WRK, HEY) and shutil.which(each.name) is None
        if missing:
            print(f"{each.name} is left out: apt-get install {each.name}")
        else:
            found.append(each)
    return found


def install_locust() -> None:
    """Put Locust into a folder of its own, once."""
    CACHE.mkdir(exist_ok=True)
    (CACHE / "locustfile.py").write_text(LOCUSTFILE)
    if not LOCUST.exists():
        print("Installing Locust, this once ...", flush=True)
        subprocess.run([sys.executable, "-m", "venv", str(CACHE / "locust")], check=True)
        pip = [str(LOCUST.with_name("python")), "-m", "pip", "install", "--quiet", "locust"]
        subprocess.run(pip, check=True)
