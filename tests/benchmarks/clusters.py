"""What one scheduler and one parent can carry: real news of shards, of which one worker sends many.

A shard tells of itself twice a second whatever its rate, and is told every other second that its
parent lives.  What these cost in processor time says how many shards one core of the scheduler, and
one of the parent, can serve; loads are added up to that, half of the core being left free.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import dask.config
import numpy as np
import psutil
from distributed import Client, get_worker
from tables import table

sys.path.insert(0, str(Path(__file__).parents[1]))

from ApiLoadLibrary.cluster.host import ALIVE_EVERY_S
from ApiLoadLibrary.cluster.messages import ALIVE, EVERY_S, HostLoad, News
from ApiLoadLibrary.cluster.remote import RemoteShard, Seat
from ApiLoadLibrary.cluster.worker import deliver
from ApiLoadLibrary.engine.plan import ShardPlan
from ApiLoadLibrary.engine.told import merged_phases
from ApiLoadLibrary.measurement.progress import Part, Progress
from ApiLoadLibrary.scenarios.plan import SHARD_CEILING_PER_S
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.tester import LoadTester, sustained
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from documentation.pages import examples
from rig.loopback_cluster import certificates, loopback_cluster

SHARDS = 50
NEWS = 600
COMMANDS = 200
LOOKS_PER_S = 10
"""How often a parent adds up what all shards have told."""
FREE = 0.5
"""Of each core."""


def run(_seconds: int, _rounds: int) -> None:
    """Once, with one endpoint and with ten."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (settings,) = (each for each in examples("yaml") if "require-encryption" in each.text)
        certificates(folder, settings.text)
        own = dask.config.collect([str(folder)], env={})
        with (
            dask.config.set(dask.config.merge(dask.config.global_config, own)),
            loopback_cluster(folder, "127.0.0.1") as address,
            Client(address, set_as_default=False) as client,
        ):
            rows = [_row(client, endpoints) for endpoints in (1, 10)]
    head = ("endpoints", "kB a message", "scheduler: ms a message", "ms a command", "shards a core")
    print(
        table((*head, "parent: ms a message", "ms a command", "ms a look", "shards a core"), rows)
    )


def _row(client: Client, endpoints: int) -> tuple[str, ...]:
    plans = _plans(endpoints)
    told = [_news(plan, number) for number, plan in enumerate(plans)]
    packed = [each.packed() for each in told]
    shards = [RemoteShard(plan, Seat("worker", "host")) for plan in plans]
    news = _costs(client, NEWS, lambda: _have_told(client, packed[:8], shards))
    commands = _costs(client, COMMANDS, lambda: _command(client))
    look_ms = _look_ms(shards, told)
    return (
        f"{endpoints}",
        f"{np.mean([len(each) for each in packed]) / 1e3:.1f}",
        *_served(news[0], commands[0], 0),
        *_served(news[1], commands[1], look_ms / SHARDS),
    )


def _served(news_ms: float, command_ms: float, look_ms: float) -> tuple[str, ...]:
    """How many shards half a core serves, from what each message costs it."""
    each_s = news_ms / EVERY_S + command_ms / ALIVE_EVERY_S + look_ms * LOOKS_PER_S
    shown = (news_ms, command_ms, *([look_ms * SHARDS] if look_ms else []))
    return (*(f"{each:.2f}" for each in shown), f"{FREE * 1e3 / each_s:,.0f}")


def _plans(endpoints: int) -> list[ShardPlan]:
    config = LoadTestConfig().changed(base_url="http://127.0.0.1:1", workers=SHARDS, shards=SHARDS)
    load = sustained(
        Rate.parse(f"{SHARDS * SHARD_CEILING_PER_S // endpoints}/s"), Duration(NS_PER_S)
    )
    named = [Endpoint(f"E{number}", "GET", f"/{number}") for number in range(endpoints)]
    return LoadTester(config, Identity(lambda: config)).plan(named, load, "told").split(SHARDS)


def _news(plan: ShardPlan, number: int) -> News:
    """Half a second of a shard at its highest rate: times as they are, spread over decades."""
    tallies = plan.empty_tallies()
    count = int(SHARD_CEILING_PER_S * EVERY_S / len(tallies))
    rng = np.random.default_rng(number)
    due = np.linspace(0, EVERY_S * NS_PER_S, count).astype(np.int64)
    took = (rng.lognormal(1.5, 0.8, count) * 1e6).astype(np.int64)
    same = np.zeros(count, np.int64)
    for tally in tallies:
        sent = due + 40_000
        columns = [same + 200, due, sent, sent + took // 2, sent + took, same, same, same, same]
        tally.add(np.stack(columns))
    said = tuple((Part(0, place, tally), 40) for place, tally in enumerate(tallies))
    return News(plan.shard, f"attempt-{number}", 0, said, HostLoad(50.0, 60), 0)


def _have_told(client: Client, packed: list[bytes], shards: list[RemoteShard]) -> None:
    """Have a worker tell all of that, as often as it takes, and hear it."""
    heard = 0

    def hear(event: tuple[float, bytes]) -> None:
        nonlocal heard
        news = News.unpacked(event[1])
        shard = shards[news.shard]
        shard._next = 0  # the same is told again and again
        shard.hear(news)
        heard += 1

    def tell(topic: str, data: list[bytes], count: int) -> None:
        worker = get_worker()
        for number in range(count):
            worker.log_event(topic, data[number % len(data)])
            time.sleep(0.002)

    topic = f"told-{time.monotonic_ns()}"
    client.subscribe_topic(topic, hear)
    client.submit(tell, topic, packed, NEWS, pure=False).result()
    while heard < NEWS:
        time.sleep(0.01)
    client.unsubscribe_topic(topic)


def _command(client: Client) -> None:
    for _ in range(COMMANDS):
        client.run(deliver, "nobody", ALIVE)


def _costs(client: Client, count: int, act: Callable[[], None]) -> tuple[float, float]:
    """Milliseconds of processor time that each of so many took: the scheduler's, the parent's."""
    processes = [psutil.Process(client.run_on_scheduler(os.getpid)), psutil.Process()]

    def used() -> list[float]:
        return [sum(each.cpu_times()[:2]) for each in processes]

    before = used()
    act()
    scheduler, parent = (
        1e3 * (now - then) / count for now, then in zip(used(), before, strict=True)
    )
    return scheduler, parent


def _look_ms(shards: list[RemoteShard], told: list[News]) -> float:
    """Processor time of adding up once what all of them have told."""
    for shard, news in zip(shards, told, strict=True):
        shard._next = 0
        shard.hear(news)
    began = time.process_time()
    for _ in range(LOOKS_PER_S):
        total = Progress()
        for shard in shards:
            total.merge(shard.told.take_progress())
    for_interim_report = merged_phases([shard.told.tallies() for shard in shards])
    assert for_interim_report
    return (time.process_time() - began) * 1e3 / LOOKS_PER_S
