"""Real server processes on free ports, and a client that checks answers against the document."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Self

import jsonschema
import requests

import pos_api
from pos_api.credentials import DEFAULT_PASSWORD, DEFAULT_USERNAME
from pos_api.openapi import openapi_document

START_S = 30.0
STOP_S = 5.0
LIBRARIES = Path(pos_api.__file__).parents[1]
DOCUMENT = openapi_document()


class Server:
    """A running server process, its address and its log file."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self.process = process
        self.log = log
        self.first_line = self._read_line()
        self.url = self.first_line.split()[-1]

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def sign_in(self, password: str = DEFAULT_PASSWORD) -> str:
        body = {"username": DEFAULT_USERNAME, "password": password}
        answer = requests.post(f"{self.url}/api/auth/login", json=body, timeout=5)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])

    def client(self) -> "Client":
        return Client(self.url, self.sign_in())

    def metrics(self) -> dict[tuple[str, str, int], int]:
        """The server's counts by method, route and status."""
        answer = requests.get(f"{self.url}/api/metrics", timeout=5).json()
        return {(r["method"], r["route"], r["status"]): r["count"] for r in answer["requests"]}

    def section(self, name: str) -> dict[str, Any]:
        """One part of the server's metrics."""
        answer = requests.get(f"{self.url}/api/metrics", timeout=5)
        check_answer(answer, "GET", "/api/metrics")
        return dict(answer.json()[name])

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        try:
            return self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise

    def _read_line(self) -> str:
        # A server that prints nothing must not hang the tests: killed, it closes the pipe.
        assert self.process.stdout is not None
        guard = threading.Timer(START_S, self.process.kill)
        guard.start()
        line = self.process.stdout.readline()
        guard.cancel()
        assert line, f"The server printed no address: {self.log.read_text()}"
        return line.rstrip("\n")


class Client:
    """Requests to one server, each answer checked against the OpenAPI document."""

    def __init__(self, url: str, token: str) -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.session.close()

    def another(self) -> "Client":
        """A client with the same token and connections of its own, for another thread."""
        return Client(self.url, str(self.session.headers["Authorization"]).split()[1])

    def get(self, path: str, template: str | None = None, **options: Any) -> requests.Response:
        return self.call("GET", path, template, **options)

    def post(self, path: str, body: Any, **options: Any) -> requests.Response:
        return self.call("POST", path, json=body, **options)

    def call(
        self, method: str, path: str, template: str | None = None, **options: Any
    ) -> requests.Response:
        answer = self.session.request(method, self.url + path, timeout=5, **options)
        check_answer(answer, method, template or path)
        return answer


def check_answer(answer: requests.Response, method: str, template: str) -> None:
    """The status is documented for this operation and the body has the documented shape."""
    responses = DOCUMENT["paths"][template][method.lower()]["responses"]
    assert str(answer.status_code) in responses, f"{answer.status_code}: {answer.text[:200]}"
    media_type = answer.headers["Content-Type"].partition(";")[0]
    schema = responses[str(answer.status_code)]["content"][media_type]["schema"]
    if media_type == "application/json":
        whole = {**schema, "components": DOCUMENT["components"]}
        jsonschema.validate(answer.json(), whole, jsonschema.Draft202012Validator)


def start_process(*arguments: str, log: Path, **environment: str) -> subprocess.Popen[str]:
    """The server as a process, its log in a file, its output in a pipe.

    Its temporary folder is the test's, so that a server that had to be killed leaves nothing.
    """
    own = {"PYTHONPATH": str(LIBRARIES), "TMPDIR": str(log.parent)}
    with log.open("w") as stderr:
        return subprocess.Popen(
            [sys.executable, "-m", "pos_api", *arguments],
            env={**os.environ, **own, **environment},
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
        )


@contextmanager
def running(*arguments: str, log: Path, **environment: str) -> Iterator[Server]:
    with start_process("--port", "0", *arguments, log=log, **environment) as process:
        try:
            server = Server(process, log)
            yield server
            server.stop()
        finally:
            process.kill()


def error_of(answer: requests.Response) -> dict[str, str]:
    """The error object of an answer, which must be a full sentence and nothing else."""
    body = json.loads(answer.content)
    assert set(body) == {"error"}, body
    assert body["error"]["message"].endswith(".")
    return dict(body["error"])


Start = Callable[..., AbstractContextManager[Server]]
