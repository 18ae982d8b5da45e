"""Keywords about what is watched while load runs, and what judges it."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.values import Amount, Percent

from .converters import MemoryLimit
from .judging import Judging, judging

__all__ = ["Monitoring"]


class Monitoring(Judging):
    """What is watched while load runs.

    This machine and the load generator always are, and so is the process that listens on the
    server's port, if it is on this machine and no other has been named.
    """

    @keyword(tags=["monitor"])
    def monitor_host(
        self,
        name: str,
        url: str | None = None,
        *,
        disk: str = "/",
        system_under_test: bool | None = None,
        **gauges: str,
    ) -> None:
        """Watches a host, or an application on it, once a second while load runs.

        What is read is the Prometheus text format: that of a node exporter, which tells the
        figures of its host, or that of an application, whose own metrics can be named.  What can
        be judged then: `cpu of pos-1 < 80 %`, `memory`, `disk`, `network`, `swap`, `open files`,
        and `gauge of pool < 18`.

        Where the host has the server's name or address, `Verify CPU Below …` and its like judge
        it; so does `system_under_test=True`, as behind a load balancer.

        Args:
            name: How criteria and the report call it; an earlier one of this name is watched no
                more.
            url: The address of its metrics; none for this machine.
            disk: The mount point of the disk whose space counts.
            system_under_test: Whether the system under test runs there; to be told from its name
                and address unless given.
            gauges: Metrics of its own by the names that criteria give them, with labels if need
                be; what several values have in common is summed, and of what only grows the rate
                per second counts.

        Example:

        ```robotframework
        Monitor Host    pos-1    http://pos-1:9100/metrics
        Monitor Host    shop    http://shop:8080/metrics    pool=db_connections_active
        ...    heap=jvm_memory_used_bytes{area="heap"}
        ```
        """
        self._session.watching.add_host(
            name, url, disk=disk, is_system=system_under_test, gauges=gauges
        )

    @keyword(tags=["monitor"])
    def monitor_process(
        self,
        name: str,
        *,
        pid: int | None = None,
        called: str | None = None,
        port: int | None = None,
    ) -> None:
        """Watches a process of this machine and all that it has started, while load runs.

        Its share of the processor and of the memory is that of what it may use: all of the
        machine, or what its container (control group) allows.  An alert tells when it is gone,
        or was started anew.

        Args:
            name: How criteria and the report call it.
            pid: The process's id; or
            called: its name, or a word of its command line; or
            port: the TCP port that it listens on.

        Example:

        ```robotframework
        Monitor Process    Point of sale    port=8080
        Monitor Process    Database    called=postgres
        ```
        """
        self._session.watching.add_process(name, pid=pid, called=called, port=port)

    @keyword(tags=["monitor"])
    def stop_monitoring(self, name: str) -> None:
        """Watches a host or a process no longer, from the next load run on.

        Args:
            name: As it was given.

        Example:

        ```robotframework
        Stop Monitoring    pos-1
        ```
        """
        self._session.watching.remove(name)

    @judging("Verify CPU Of ${watched} Below ${percent}")
    def verify_cpu_of(self, watched: str, percent: Percent) -> str:
        """Verifies the processor use of a monitored host or process, averaged over the run.

        Of a process it is the share of what it may use: all processors, or what its container
        allows.

        Args:
            watched: The name that it is monitored by.
            percent: The limit: `80 %`.

        Example:

        ```robotframework
        Verify CPU Of Point Of Sale Below 80 %
        ```
        """
        return f'cpu of "{watched}" < {percent}'

    @judging("Verify Memory Of ${watched} Below ${size}")
    def verify_memory_of(self, watched: str, size: MemoryLimit) -> str:
        """Verifies the memory use of a monitored host or process, averaged over the run.

        Args:
            watched: The name that it is monitored by.
            size: The limit: `90 %`, `500 MB`.

        Example:

        ```robotframework
        Verify Memory Of Point Of Sale Below 500 MB
        Verify Memory Of pos-1 Below 80 %
        ```
        """
        return f'memory of "{watched}" < {size}'

    @judging("Verify Gauge ${gauge} Below ${number}")
    def verify_gauge_below(self, gauge: str, number: Amount) -> str:
        """Verifies a gauge that `Monitor Host` was told, averaged over the run.

        Args:
            gauge: Its name.
            number: The limit, in the application's own unit.

        Example:

        ```robotframework
        Verify Gauge pool Below 18
        Verify Gauge pool Below 20    in_every=1 s
        ```
        """
        return f'gauge of "{gauge}" < {number}'

    @judging("Verify Gauge ${gauge} Above ${number}")
    def verify_gauge_above(self, gauge: str, number: Amount) -> str:
        """Verifies that a gauge that `Monitor Host` was told is above a number, on average.

        Args:
            gauge: Its name.
            number: The limit, in the application's own unit.

        Example:

        ```robotframework
        Verify Gauge free connections Above 2
        ```
        """
        return f'gauge of "{gauge}" > {number}'
