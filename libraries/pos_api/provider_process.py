"""The payment provider as the server's child: started with it, ended with it."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from pos_api.errors import StartError
from pos_api.faults import Faults


class ProviderProcess:
    """A provider that is starting, or has started."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def address(self) -> str:
        """Where it listens; waits until it does.

        Raises:
            StartError: it has ended instead.
        """
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise StartError("The payment provider, a process of its own, did not start.")
        return line.split()[-1]


@contextmanager
def provider_process(faults: Faults, *, controlled: bool) -> Iterator[ProviderProcess]:
    """Start a provider, and end it.

    It reads from a pipe of which only we hold the other end. That closes however we end, by a
    kill too, and the provider ends with it. A session of its own keeps Ctrl-C away from it.
    """
    command = [sys.executable, "-m", "pos_api.provider", "--end-with-input"]
    command += ["--mode", faults.provider, "--delay-ms", str(faults.delay_ms)]
    command += ["--controlled"] if controlled else []
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield ProviderProcess(process)
        finally:
            process.kill()  # it keeps nothing that would have to be saved
