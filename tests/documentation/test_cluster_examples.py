"""The examples for clusters are valid, as far as can be known here, and the figures add up."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import Any

import pytest
import yaml
from dask.config import defaults
from distributed.cli.dask_scheduler import main as scheduler
from distributed.cli.dask_worker import main as worker
from jsonschema import Draft202012Validator

from ApiLoadLibrary.cluster.connection import ROUND_TRIPS
from ApiLoadLibrary.scenarios import strain
from ApiLoadLibrary.scenarios.plan import SHARD_CEILING_PER_S
from documentation.pages import MANUAL, examples

PAGE = "cluster.md"
TEXT = (MANUAL / PAGE).read_text("utf-8")
USED_PER_MACHINE, ANSWER_S = 7, 0.050


def of(sign: str) -> Any:
    """The example with this in it."""
    (found,) = (each for each in examples("yaml") if each.page.name == PAGE and sign in each.text)
    return yaml.safe_load(found.text)


SETTINGS, COMPOSE, MANIFEST = of("require-encryption"), of("services:"), of("DaskCluster")


def places(settings: dict[str, Any], before: str = "") -> Iterator[str]:
    """The names of all settings, like `distributed.comm.tls.ca-file`."""
    for name, value in settings.items():
        if isinstance(value, dict):
            yield from places(value, f"{before}{name}.")
        else:
            yield f"{before}{name}"


def test_every_setting_is_one_of_dasks_own() -> None:
    known: set[str] = set()
    for each in defaults:
        known |= set(places(each))
    assert set(places(SETTINGS)) <= known


def test_the_compose_file_is_one(tmp_path: Path) -> None:
    path = tmp_path / "compose.yaml"
    path.write_text(yaml.safe_dump(COMPOSE), "utf-8")
    check = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(path)]
    done = subprocess.run([sys.executable, *check], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def started(words: list[str]) -> Any:
    """What `dask …` has understood of its options, which starts nothing."""
    dask, part, *options = words
    assert dask == "dask"
    return {"scheduler": scheduler, "worker": worker}[part].make_context(part, options).params


def test_what_compose_starts_finds_each_other() -> None:
    parts = {name: shlex.split(each["command"]) for name, each in COMPOSE["services"].items()}
    assert started(parts["scheduler"])["protocol"] == "tls"
    assert started(parts["worker"])["scheduler"] == "tls://scheduler:8786"


# The operator leaves whole pods and services to Kubernetes: this is what the manifest uses of them.
NAMED_PORT = {"name": {"type": "string"}, "protocol": {"enum": ["TCP"]}}
PORT = {"type": "integer", "minimum": 1, "maximum": 65535}
AMOUNTS = {
    "type": "object",
    "required": ["cpu", "memory"],
    "additionalProperties": {"type": "string"},
}
POD = {
    "type": "object",
    "required": ["containers"],
    "additionalProperties": False,
    "properties": {
        "affinity": {"type": "object"},
        "volumes": {"type": "array", "items": {"required": ["name", "secret"]}},
        "containers": {
            "type": "array",
            "items": {
                "required": ["name", "image", "args"],
                "additionalProperties": False,
                "properties": {
                    "name": {"pattern": "^[a-z0-9-]{1,63}$"},
                    "image": {"type": "string"},
                    "args": {"type": "array", "items": {"type": "string"}},
                    "env": {"type": "array", "items": {"required": ["name", "value"]}},
                    "ports": {
                        "type": "array",
                        "items": {
                            "required": ["containerPort"],
                            "additionalProperties": False,
                            "properties": {**NAMED_PORT, "containerPort": PORT},
                        },
                    },
                    "resources": {
                        "additionalProperties": False,
                        "properties": {"requests": AMOUNTS, "limits": AMOUNTS},
                    },
                    "volumeMounts": {
                        "type": "array",
                        "items": {"required": ["name", "mountPath"]},
                    },
                },
            },
        },
    },
}


@pytest.mark.parametrize("part", ["scheduler", "worker"])
def test_the_pods_of_the_manifest_are_pods(part: str) -> None:
    Draft202012Validator(POD).validate(MANIFEST["spec"][part]["spec"])


def container(part: str) -> dict[str, Any]:
    (only,) = MANIFEST["spec"][part]["spec"]["containers"]
    return dict(only)


@pytest.mark.parametrize("part", ["scheduler", "worker"])
def test_the_pods_of_the_manifest_see_their_certificates(part: str) -> None:
    (volume,) = MANIFEST["spec"][part]["spec"]["volumes"]
    (mount,) = container(part)["volumeMounts"]
    (variable,) = container(part)["env"]
    assert mount["name"] == volume["name"]
    assert mount["mountPath"] == variable["value"]
    files = re.findall(r"/\S+\.pem", yaml.safe_dump(SETTINGS))
    assert {str(Path(each).parent) for each in files} == {mount["mountPath"]}


def test_the_parts_of_the_manifest_find_each_other() -> None:
    name, service = MANIFEST["metadata"]["name"], MANIFEST["spec"]["scheduler"]["service"]
    open_at = {each["name"]: each["containerPort"] for each in container("scheduler")["ports"]}
    assert {each["targetPort"] for each in service["ports"]} == set(open_at)
    assert service["selector"]["dask.org/cluster-name"] == name
    listening = started(container("scheduler")["args"])
    assert (listening["protocol"], listening["port"]) == ("tls", str(open_at["tcp-comm"]))
    address = started(container("worker")["args"])["scheduler"]
    assert address == f"tls://{name}-scheduler:{open_at['tcp-comm']}"
    assert f"CLUSTER:{address}" in TEXT


def test_workers_in_pods_have_whole_processors_and_leave_one_free() -> None:
    resources = container("worker")["resources"]
    assert resources["requests"] == resources["limits"]
    assert started(container("worker")["args"])["nthreads"] == int(resources["limits"]["cpu"]) - 1


def rows(*head: str) -> list[list[str]]:
    """The table whose first cells are these."""
    _, _, below = TEXT.partition(f"\n| {' | '.join(head)} |")
    _, _, *lines = below.partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_sizes_of_clusters_add_up() -> None:
    sizes = [
        [int(cell.replace(",", "")) for cell in row[:4]]
        for row in rows("requests/s", "shards", "machines", "connections")
    ]
    assert sizes[-1][0] == 1_000_000
    for rate, shards, machines, connections in sizes:
        assert shards == ceil(rate / SHARD_CEILING_PER_S)
        assert machines == ceil(shards / USED_PER_MACHINE)
        assert connections == rate * ANSWER_S


def test_the_limits_of_what_is_tolerated_are_those_of_the_code() -> None:
    waited, full, late, clock, _ = (row[1] for row in rows("what", "from"))
    assert waited.startswith(f"{strain.STARVED_PERCENT} %")
    assert full == f"{strain.FULL_PERCENT} %, and {strain.NOTICED_PERCENT} %"
    assert late == f"{strain.TOLERATED_LATENESS_MS:.0f} ms"
    assert clock == f"{strain.TOLERATED_DOUBT_MS:.0f} ms"
    assert ROUND_TRIPS == 15  # as the page says
