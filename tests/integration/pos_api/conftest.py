"""Servers for the tests of the reference API."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from integration.pos_api.servers import Client, Server, Start, running


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start a server of one's own: ``with start("--delay", "100ms") as server``."""

    def start_here(*arguments: str, **environment: str) -> AbstractContextManager[Server]:
        return running(*arguments, log=tmp_path / "server.log", **environment)

    return start_here


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pos_api") / "shop.sqlite3"


@pytest.fixture(scope="session")
def server(database: Path) -> Iterator[Server]:
    """A server that many tests share; none may count on its being untouched."""
    log = database.with_name("server.log")
    with running("--database", str(database), "--fault-control", log=log) as server:
        yield server


@pytest.fixture(scope="session")
def client(server: Server) -> Iterator[Client]:
    with server.client() as client:
        yield client
