"""Looks at another host, or at an application, through the metrics that it publishes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ApiLoadLibrary.errors import BadInput, nearest
from ApiLoadLibrary.measurement.watched import GAUGE, WatchedKind
from ApiLoadLibrary.workload.guard import TrustingAdapter, own_session

from .host import cpu_figures
from .probe import Figures, Rates, Unseen
from .scrape import Gauge, Series, fetch, names_in, parse

__all__ = ["MetricsProbe"]

# What a node exporter calls what we watch; values of one name are summed.
LEVELS = {
    "node_load1": "load_1_min",
    "node_filefd_allocated": "open_files",
    "node_sockstat_sockets_used": "sockets_open",
    "node_sockstat_TCP_inuse": "tcp_in_use",
    "node_sockstat_TCP6_inuse": "tcp_in_use",
    "node_sockstat_TCP_orphan": "tcp_orphaned",
    "node_sockstat_TCP_tw": "tcp_time_wait",
    "node_sockstat_TCP_alloc": "tcp_allocated",
    "node_sockstat_UDP_inuse": "udp_in_use",
}
COUNTERS = {
    "node_network_transmit_bytes_total": "sent_bytes_per_s",
    "node_network_receive_bytes_total": "received_bytes_per_s",
    "node_disk_read_bytes_total": "disk_read_bytes_per_s",
    "node_disk_written_bytes_total": "disk_written_bytes_per_s",
}
OTHERS = {
    "node_cpu_seconds_total",
    *(
        f"node_memory_{each}_bytes"
        for each in ("MemTotal", "MemAvailable", "SwapTotal", "SwapFree")
    ),
    *(f"node_filesystem_{each}_bytes" for each in ("size", "free", "avail")),
    *("node_filefd_maximum", "node_boot_time_seconds"),
    # What the clients of Prometheus tell of their own process, in whatever language.
    *("process_cpu_seconds_total", "process_resident_memory_bytes", "process_start_time_seconds"),
    *("process_open_fds", "process_max_fds"),
}
_MADE_OF_DISKS = re.compile(r"dm-|md\d")
"""Devices that are made of others: what goes through them is counted there already."""


class MetricsProbe:
    """Looks at a Prometheus text endpoint: a node exporter's, an application's own.

    Args:
        name: How people call what is behind it.
        url: The address of its metrics.
        of_system: Whether it is part of the system under test.
        gauges: Metrics of its own that are wanted, by the names that criteria give them.  The
            rate counts of what only grows.
        disk: The mount point of the disk whose space counts.
    """

    is_far = True

    def __init__(
        self,
        name: str,
        url: str,
        *,
        of_system: bool,
        gauges: Mapping[str, Gauge] | None = None,
        disk: str = "/",
    ) -> None:
        self.name = name
        self.of_system = of_system
        self.kind = WatchedKind.HOST
        self._url = url
        self._gauges = dict(gauges or {})
        self.expects = tuple(GAUGE + each for each in self._gauges)
        self._disk = disk
        self._http = own_session(TrustingAdapter())
        self._rates = Rates()
        self._cores: list[dict[str, float]] = []
        self._begun_s: float | None = None
        self._restarts = 0
        self._wanted = {*LEVELS, *COUNTERS, *OTHERS, *(each.name for each in self._gauges.values())}

    def require(self) -> None:
        """See whether it answers, and with what is wanted.

        Raises:
            BadInput: It tells nothing that is known here, or has not all of the gauges.
            Unseen: It does not answer.
        """
        text = fetch(self._http, self._url)
        names = names_in(text)
        for gauge in self._gauges.values():
            if gauge.name not in names:
                guess = nearest(gauge.name, names)
                hint = f" Did you mean '{guess}'?" if guess else ""
                raise BadInput(f"{self.name} has no metric '{gauge.name}'.{hint}")
        if not self._wanted.intersection(names):
            some = ", ".join(names[:5]) or "none"
            raise BadInput(
                f"{self.name} tells nothing of its host: say which of its metrics are wanted, "
                f"like pool=metric_name. Its metrics: {some}{' …' if names[5:] else ''}."
            )

    def look(self, now_s: float) -> Figures:
        """See `Probe`."""
        by_name: dict[str, list[Series]] = {}
        try:
            text = fetch(self._http, self._url)
        except Unseen as unseen:
            raise Unseen(str(unseen), {"running": 0.0}) from None
        try:
            for each in parse(text, self._wanted):
                by_name.setdefault(each.name, []).append(each)
        except ValueError:
            raise Unseen("its metrics are not in the Prometheus text format") from None
        return {
            **self._processors(by_name),
            **_memory(by_name),
            **_space(by_name, self._disk),
            **_levels(by_name),
            **self._per_second(now_s, by_name),
            **_process(by_name),
            **self._life(by_name),
        }

    def _processors(self, by_name: Mapping[str, list[Series]]) -> Figures:
        before, self._cores = self._cores, _cores(by_name.get("node_cpu_seconds_total", ()))
        return cpu_figures(before, self._cores)

    def _per_second(self, now_s: float, by_name: Mapping[str, list[Series]]) -> Figures:
        counters = {
            ours: sum(each.value for each in by_name[theirs] if _is_a_device(each))
            for theirs, ours in COUNTERS.items()
            if theirs in by_name
        }
        levels: Figures = {}
        for name, gauge in self._gauges.items():
            found = [each for each in by_name.get(gauge.name, ()) if gauge.holds(each)]
            into = counters if any(each.only_grows for each in found) else levels
            if found:
                into[GAUGE + name] = sum(each.value for each in found)
        if "process_cpu_seconds_total" in by_name and not _is_node(by_name):
            counters["cpu_cores"] = _sum(by_name["process_cpu_seconds_total"])
        return levels | self._rates.since(now_s, counters)

    def _life(self, by_name: Mapping[str, list[Series]]) -> Figures:
        """Whether it has begun anew since the look before, if it says when it has begun."""
        for name in ("process_start_time_seconds", "node_boot_time_seconds"):
            if name in by_name and not (name.startswith("process") and _is_node(by_name)):
                begun_s = _sum(by_name[name])
                before, self._begun_s = self._begun_s, begun_s
                # Boot time is reckoned from the clock: that it is set is no new start.
                self._restarts += before is not None and begun_s > before + 5
                return {"running": 1.0, "restarts": float(self._restarts)}
        return {"running": 1.0}


def _sum(series: Iterable[Series]) -> float:
    return sum(each.value for each in series)


def _cores(series: Iterable[Series]) -> list[dict[str, float]]:
    """For each core, the seconds that it has spent in each mode."""
    cores: dict[str, dict[str, float]] = {}
    for each in series:
        cores.setdefault(each.labels.get("cpu", ""), {})[each.labels.get("mode", "")] = each.value
    return [cores[each] for each in sorted(cores, key=lambda name: (len(name), name))]


def _memory(by_name: Mapping[str, list[Series]]) -> Figures:
    def read(name: str) -> float | None:
        series = by_name.get(f"node_memory_{name}_bytes")
        return _sum(series) if series else None

    figures: Figures = {}
    total, available = read("MemTotal"), read("MemAvailable")
    if total and available is not None:
        figures["memory_used_bytes"] = total - available
        figures["memory_percent"] = 100 * (total - available) / total
    swap, free = read("SwapTotal"), read("SwapFree")
    if swap is not None and free is not None:
        figures["swap_used_bytes"] = swap - free
        figures["swap_percent"] = 100 * (swap - free) / swap if swap else 0.0
    return figures


def _space(by_name: Mapping[str, list[Series]], disk: str) -> Figures:
    """Of the whole only root may use the last part: what others may use counts as all."""

    def read(name: str) -> float | None:
        series = by_name.get(f"node_filesystem_{name}_bytes", ())
        return next((each.value for each in series if each.labels.get("mountpoint") == disk), None)

    size, free, available = read("size"), read("free"), read("avail")
    if size is None or free is None or available is None or size - free + available <= 0:
        return {}
    used = size - free
    return {"disk_percent": 100 * used / (used + available), "disk_free_bytes": available}


def _levels(by_name: Mapping[str, list[Series]]) -> Figures:
    figures: Figures = {}
    for theirs, ours in LEVELS.items():
        if theirs in by_name:
            figures[ours] = figures.get(ours, 0.0) + _sum(by_name[theirs])
    if "open_files" in figures and (most := _sum(by_name.get("node_filefd_maximum", ()))):
        figures["open_files_percent"] = 100 * figures["open_files"] / most
    return figures


def _process(by_name: Mapping[str, list[Series]]) -> Figures:
    """What an application tells of its own process."""
    if _is_node(by_name):
        return {}
    figures: Figures = {}
    if "process_resident_memory_bytes" in by_name:
        figures["memory_used_bytes"] = _sum(by_name["process_resident_memory_bytes"])
    if "process_open_fds" in by_name:
        figures["open_files"] = _sum(by_name["process_open_fds"])
        if most := _sum(by_name.get("process_max_fds", ())):
            figures["open_files_percent"] = 100 * figures["open_files"] / most
    return figures


def _is_node(by_name: Mapping[str, list[Series]]) -> bool:
    """Whether a node exporter tells it: what that tells of its own process is of no interest."""
    return "node_load1" in by_name


def _is_a_device(series: Series) -> bool:
    return not _MADE_OF_DISKS.match(series.labels.get("device", ""))
