"""What load runs have written: found again request by request, and removed."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from pos_api.errors import json_response
from pos_api.origin import read_load_run
from pos_api.storage import Database

LOAD_RUNS_PATH = "/api/load-runs"

_ROWS_AT_ONCE = 500
_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True)
class _Kind:
    """One kind of rows: its table, the table's key, and the column that holds money."""

    table: str
    key: str
    amount: str | None

    def count(self) -> str:
        """Statement: how many rows a run has written, and how much money stands in them."""
        amount = f"coalesce(sum({self.amount}), 0)" if self.amount else "NULL"
        return f"SELECT count(*), {amount} FROM {self.table} WHERE load_run = ?"  # noqa: S608

    def request_ids(self) -> str:
        """Statement: the request of each row, in the order in which they were written."""
        return (
            f"SELECT request_id FROM {self.table} "  # noqa: S608
            f"WHERE load_run = ? AND request_id IS NOT NULL ORDER BY {self.key}"
        )

    def delete(self) -> str:
        """Statement: remove some rows of a run."""
        some = f"SELECT {self.key} FROM {self.table} WHERE load_run = ? LIMIT {_ROWS_AT_ONCE}"  # noqa: S608
        return f"DELETE FROM {self.table} WHERE {self.key} IN ({some})"  # noqa: S608


# All words of the statements above are ours; what clients send are parameters.
_KINDS = {
    "orders": _Kind("orders", "id", "total_cents"),
    "payment_intents": _Kind("payment_intents", "number", "amount"),
    "open_banking_payments": _Kind("open_banking_payments", "number", "amount"),
    "clock_ins": _Kind("clock_ins", "id", None),
}


class LoadRuns:
    """The endpoints of load runs.

    Args:
        database: where the rows are.
        forget: called when some have been removed, for caches to drop what they know of them.
    """

    def __init__(self, database: Database, forget: Callable[[], None]) -> None:
        self._database = database
        self._forget = forget

    async def read(self, request: Request) -> Response:
        """``GET /api/load-runs/{run_id}``: counts, sums, and the request id of each row.

        A row that was stored twice shows as an id that is there twice. The answer is as of one
        moment and streamed from a thread: a long run has hundreds of thousands of rows.
        """
        run_id = read_load_run(request.path_params["run_id"])
        pieces = _report(self._database.path, run_id)
        return StreamingResponse(pieces, media_type="application/json")

    async def remove(self, request: Request) -> Response:
        """``DELETE /api/load-runs/{run_id}``: remove its rows and say how many they were.

        They go in groups, so that others are answered in between.
        """
        run_id = read_load_run(request.path_params["run_id"])
        removed = {name: await self._remove(kind, run_id) for name, kind in _KINDS.items()}
        self._forget()
        return json_response({"load_run": run_id, "removed": removed})

    async def _remove(self, kind: _Kind, run_id: str) -> int:
        total = 0
        while count := await self._database.write(lambda some: _delete_some(some, kind, run_id)):
            total += count
        return total


def _delete_some(connection: sqlite3.Connection, kind: _Kind, run_id: str) -> int:
    # The lines of orders go with them: the schema says so.
    return connection.execute(kind.delete(), (run_id,)).rowcount


def _report(path: Path, run_id: str) -> Iterator[str]:
    """The JSON answer in pieces, read in one transaction on a connection of its own."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with closing(connection):
        connection.execute("BEGIN")
        yield f'{{"load_run":"{run_id}"'
        for name, kind in _KINDS.items():
            yield from _report_kind(connection, name, kind, run_id)
        yield "}"


def _report_kind(
    connection: sqlite3.Connection, name: str, kind: _Kind, run_id: str
) -> Iterator[str]:
    count, amount = connection.execute(kind.count(), (run_id,)).fetchone()
    sums = {"count": count} if kind.amount is None else {"count": count, "amount_cents": amount}
    yield f',"{name}":{_encode(sums)[:-1]},"request_ids":['
    rows = connection.execute(kind.request_ids(), (run_id,))
    comma = ""
    while group := rows.fetchmany(_ROWS_AT_ONCE):
        yield comma + _encode([row[0] for row in group])[1:-1]
        comma = ","
    yield "]}"
