"""A process whose use of the machine is known: it does what it is told, and says what it did.

A line on its input is a command; each is answered by a line:

    burn 2.0        uses so much processor time, in seconds
    spent           answers how much it has used since it was started
    allocate 200    fills so many MB, and keeps them
    write 200 FILE  writes so many MB
    open 300        opens so many sockets, and keeps them
    pairs 2500      connects so many sockets with each other, and keeps them
    child           starts a child that burns a core, until this process ends
    listen PORT     accepts connections on a port; answers which (0 for any)
"""

from __future__ import annotations

import resource
import socket
import subprocess
import sys
import time
from pathlib import Path

KEPT: list[object] = []
MB = 10**6


def burn(seconds: str) -> str:
    """Use processor time."""
    start = time.process_time()
    while time.process_time() - start < float(seconds):
        pass
    return seconds


def spent() -> str:
    """The processor time that was used until now."""
    return f"{time.process_time()}"


def allocate(megabytes: str) -> str:
    """Fill memory: what is not written to takes none."""
    KEPT.append(bytearray(b"x") * (int(megabytes) * MB))
    return megabytes


def write(megabytes: str, file: str) -> str:
    """Write a file, whole."""
    with Path(file).open("wb") as out:
        out.writelines(b"x" * MB for _ in range(int(megabytes)))
    return megabytes


def opens(count: str) -> str:
    """Open sockets."""
    KEPT.extend(socket.socket() for _ in range(int(count)))
    return count


def pairs(count: str) -> str:
    """Connect sockets with each other over loopback: two for each pair."""
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as server:
        for _ in range(int(count)):
            KEPT.append(socket.create_connection(server.getsockname()))
            KEPT.append(server.accept()[0])
    return count


def child() -> str:
    """Start a child that burns a core."""
    code = "import os\nparent = os.getppid()\nwhile os.getppid() == parent: sum(range(10_000))"
    process = subprocess.Popen([sys.executable, "-c", code])
    KEPT.append(process)
    return str(process.pid)


def listen(port: str) -> str:
    """Accept connections."""
    server = socket.create_server(("127.0.0.1", int(port)))
    KEPT.append(server)
    return str(server.getsockname()[1])


COMMANDS = {
    "burn": burn,
    "spent": spent,
    "allocate": allocate,
    "write": write,
    "open": opens,
    "pairs": pairs,
    "child": child,
    "listen": listen,
}


def main() -> None:
    """Do what is told, until there is nothing more."""
    for line in sys.stdin:
        name, *arguments = line.split()
        sys.stdout.write(f"{COMMANDS[name](*arguments)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
