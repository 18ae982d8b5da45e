"""Keywords that make the line between load and server bad: for tests of one's own systems."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.fault_line import Stream
from ApiLoadLibrary.values import ByteRate, Duration, Size

__all__ = ["Faults"]

NO_TIME = Duration(0)


class Faults:
    """What puts a fault proxy between load and server, and what makes it bad."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["faults"])
    def start_fault_proxy(self, server: str | None = None) -> str:
        """Puts a proxy between load and a server; load runs go through it from then on.

        It is a process of its own on this machine that passes bytes on as they are, TLS
        included, and costs a fraction of a millisecond.  `Add Latency Of …`,
        `Limit Bandwidth To …`, `Let Connections Hang`, `Reset Connections`,
        `Delay Closing By …`, `Close Connections After …` and `Cut The Connection` make the line
        bad, also while load goes on; they add up until `Heal`.  While a recovery is being
        measured (`Start Measuring Recovery Of …`), the first of them notes the start of the
        fault and `Heal` its end.  Signing in and what other libraries send go past it.  It ends
        with the test, or the suite, that has started it.

        Args:
            server: The origin it stands before: that of `Use Server` unless given, or another one
                that load may go to.

        Returns:
            Its address, like `127.0.0.1:41234`, for clients of other kinds.

        Example:

        ```robotframework
        Start Fault Proxy
        Start Measuring Recovery Of Products
        Sleep    5 s    # all is well
        Cut The Connection
        Sleep    10 s
        Heal
        Stop Measuring Recovery    observe=20 s
        Verify Recovery Within 5 s
        [Teardown]    Stop Fault Proxy
        ```
        """
        address = f"127.0.0.1:{self._session.start_fault_proxy(server)}"
        logger.info(f"Load goes through the fault proxy at {address} from now on.")
        return address

    @keyword(tags=["faults"])
    def stop_fault_proxy(self) -> None:
        """Takes the proxy away, with all that is wrong; load runs go straight to the server again.

        Example:

        ```robotframework
        Start Fault Proxy
        Stop Fault Proxy
        ```
        """
        self._session.stop_fault_proxy()

    @keyword("Add Latency Of ${time}", tags=["faults"])
    def add_latency(
        self, time: Duration, *, jitter: Duration = NO_TIME, stream: Stream = "downstream"
    ) -> None:
        """Lets data arrive later, of new and open connections alike.

        Args:
            time: How much later: `300 ms`.
            jitter: By how much that varies, both ways, evenly.
            stream: `downstream` for what the server sends, `upstream` for what it is sent.

        Example:

        ```robotframework
        Add Latency Of 300 ms    jitter=50 ms
        ```
        """
        if jitter > time:
            raise BadInput(f"jitter={jitter} must be no longer than the latency of {time}.")
        self._worsen(stream, f"latency of {time}", latency_ns=time.ns, jitter_ns=jitter.ns)

    @keyword("Limit Bandwidth To ${bandwidth}", tags=["faults"])
    def limit_bandwidth(self, bandwidth: ByteRate, *, stream: Stream = "downstream") -> None:
        """Lets no more than so much pass in a second, on each connection.

        Args:
            bandwidth: Bytes in a time: `100 kB/s`.
            stream: `downstream` for what the server sends, `upstream` for what it is sent.

        Example:

        ```robotframework
        Limit Bandwidth To 100 kB/s
        ```
        """
        if bandwidth.per_second < 1:
            raise BadInput(f"{bandwidth} lets nothing pass: write `Let Connections Hang`.")
        self._worsen(stream, f"bandwidth of {bandwidth}", bytes_per_s=bandwidth.per_second)

    @keyword(tags=["faults"])
    def let_connections_hang(
        self, *, close_after: Duration = NO_TIME, stream: Stream = "downstream"
    ) -> None:
        """Lets nothing pass any more, as where a network was cut without a word.

        What is sent meanwhile is held, and arrives after `Heal`, as far as its connection
        stands by then.

        Args:
            close_after: Each connection is closed after so long (never).
            stream: `downstream` for what the server sends, `upstream` for what it is sent.

        Example:

        ```robotframework
        Let Connections Hang    close_after=10 s
        ```
        """
        self._worsen(stream, "connections hang", timeout_ns=close_after.ns)

    @keyword(tags=["faults"])
    def reset_connections(self, *, after: Duration = NO_TIME) -> None:
        """Resets (TCP RST) each connection, open or new.

        Args:
            after: How long it lives from now on, or from when it is opened (not at all).

        Example:

        ```robotframework
        Reset Connections    after=200 ms
        ```
        """
        self._worsen("downstream", "connections are reset", reset_ns=after.ns)

    @keyword("Delay Closing By ${time}", tags=["faults"])
    def delay_closing(self, time: Duration, *, stream: Stream = "downstream") -> None:
        """Lets the other side hear later that a connection was closed.

        Args:
            time: How much later: `5 s`.
            stream: `downstream` where the server closes, `upstream` where the client does.

        Example:

        ```robotframework
        Delay Closing By 5 s
        ```
        """
        self._worsen(stream, f"closing is delayed by {time}", slow_close_ns=time.ns)

    @keyword("Close Connections After ${data}", tags=["faults"])
    def close_connections(self, data: Size, *, stream: Stream = "downstream") -> None:
        """Closes each connection once so many bytes have passed, be it in the middle of an answer.

        Args:
            data: How many, from now on: `500 B`, `2 MB`.
            stream: `downstream` for what the server sends, `upstream` for what it is sent.

        Example:

        ```robotframework
        Close Connections After 500 B
        ```
        """
        self._worsen(stream, f"connections are closed after {data}", limit_bytes=data.bytes)

    @keyword(tags=["faults"])
    def cut_the_connection(self) -> None:
        """Cuts every connection to the server, and lets new ones be refused, until `Heal`.

        Example:

        ```robotframework
        Cut The Connection
        Sleep    10 s
        Heal
        ```
        """
        self._session.fault_line.cut()
        logger.info("From now on the line is cut.")

    @keyword(tags=["faults"])
    def heal(self) -> None:
        """Lets nothing be wrong with the line any more.

        Example:

        ```robotframework
        Heal
        ```
        """
        self._session.fault_line.heal()
        logger.info("From now on nothing is wrong with the line.")

    def _worsen(self, stream: Stream, words: str, **faults: int) -> None:
        self._session.fault_line.worsen(stream, **faults)
        logger.info(f"From now on, {stream}: {words}.")
