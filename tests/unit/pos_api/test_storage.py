"""The store under groups of writes, one of them bad, and while its log is shortened."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from pos_api import storage
from pos_api.errors import StartError
from pos_api.storage import Database

INSERT = "INSERT INTO clock_ins (employee_id, clocked_in_at) VALUES (?, 'now')"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "shop.sqlite3"


@pytest.fixture
def statements() -> list[str]:
    return []


@pytest.fixture
def database(path: Path, statements: list[str]) -> Iterator[Database]:
    database = Database(path)
    database._connection.set_trace_callback(statements.append)
    yield database
    asyncio.run(database.close())


def clock_in(connection: sqlite3.Connection, employee_id: int = 1) -> int:
    return connection.execute(INSERT, (employee_id,)).lastrowid or 0


def stranger(connection: sqlite3.Connection) -> int:
    return clock_in(connection, 99)  # the foreign key knows nobody of that number


def count_of(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM clock_ins").fetchone()[0])


def test_writes_of_one_turn_share_a_transaction_and_get_their_own_results(
    database: Database, path: Path, statements: list[str]
) -> None:
    async def write_all() -> list[int]:
        return await asyncio.gather(*(database.write(clock_in) for _ in range(20)))

    assert asyncio.run(write_all()) == list(range(1, 21))
    assert statements.count("COMMIT") == 1
    assert count_of(path) == 20


def test_a_write_returns_only_once_others_can_see_it(database: Database, path: Path) -> None:
    async def write_and_look() -> list[int]:
        seen = []
        for _ in range(3):
            await database.write(clock_in)
            seen.append(count_of(path))
        return seen

    assert asyncio.run(write_and_look()) == [1, 2, 3]


def test_a_bad_write_fails_alone(database: Database, path: Path) -> None:
    async def write_all() -> list[int | BaseException]:
        works = [clock_in, stranger, clock_in]
        writes = [database.write(work) for work in works]
        return await asyncio.gather(*writes, return_exceptions=True)

    first, second, third = asyncio.run(write_all())
    assert isinstance(second, sqlite3.IntegrityError)
    assert (first, third) == (1, 2)
    assert count_of(path) == 2


def test_a_write_nobody_waits_for_any_more_does_not_hurt_the_others(
    database: Database, path: Path
) -> None:
    async def cancel_one() -> int:
        gone = asyncio.create_task(database.write(clock_in))
        stays = asyncio.create_task(database.write(clock_in))
        await asyncio.sleep(0)
        gone.cancel()
        return await stays

    asyncio.run(cancel_one())
    assert count_of(path) == 2


def test_the_log_is_shortened_while_writes_go_on_and_none_is_lost(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_WRITES_BETWEEN_CHECKPOINTS", 100)
    checkpoints = set()

    async def write_many() -> None:
        for _ in range(200):
            await asyncio.gather(*(database.write(clock_in) for _ in range(10)))
            checkpoints.add(database._checkpoint)

    asyncio.run(write_many())
    assert count_of(path) == 2000
    assert len(checkpoints - {None}) >= 1


def test_the_log_starts_over_after_each_checkpoint(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage, "_WRITES_BETWEEN_CHECKPOINTS", 20)

    async def write_many() -> None:
        for _ in range(400):
            await database.write(clock_in)
            if database._checkpoint is not None:
                await database._checkpoint

    asyncio.run(write_many())
    # Each commit appends a page of 4 kB at least, so 400 in a row would be 1.6 MB.
    assert path.with_name(path.name + "-wal").stat().st_size < 400_000


def test_closing_commits_what_waits_and_leaves_one_file(path: Path) -> None:
    async def write_and_close() -> int:
        database = Database(path)
        waiting = asyncio.create_task(database.write(clock_in))
        await asyncio.sleep(0)
        await database.close()
        return await waiting

    assert asyncio.run(write_and_close()) == 1
    assert [left.name for left in path.parent.iterdir()] == [path.name]


def test_a_new_store_holds_a_shop(database: Database) -> None:
    tables = ("products", "employees", "payment_methods")
    counts = [database.read(f"SELECT count(*) FROM {table}")[0][0] for table in tables]
    assert counts == [50, 12, 3]


def test_a_store_of_another_version_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 7")
    with pytest.raises(StartError, match="not made by this version"):
        Database(path)


def test_times_are_told_in_utc_to_the_millisecond() -> None:
    assert len(storage.now_text()) == len("2025-01-31T08:15:00.123Z")
    assert storage.now_text().endswith("Z")
