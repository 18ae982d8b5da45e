"""The same targets, led by what code they reach: libFuzzer, by way of atheris."""

from __future__ import annotations

import sys
from random import Random

__all__ = ["run"]


class _Drawn(Random):
    """Numbers that are the bytes of an input; when these are used up, all are 0."""

    def __new__(cls, data: bytes) -> _Drawn:
        return super().__new__(cls)

    def __init__(self, data: bytes) -> None:
        super().__init__(0)
        self._data, self._at = data, 0

    def getrandbits(self, count: int) -> int:
        """As many bits."""
        size = -(-count // 8)
        piece = self._data[self._at : self._at + size]
        self._at += size
        return int.from_bytes(piece, "little") & ((1 << count) - 1)

    def random(self) -> float:
        """A share of one, in steps of 1/65,536."""
        return self.getrandbits(16) / 65_536


def run(name: str, count: int, seed: int) -> None:
    """Fuzz a target until so many inputs have been tried; the first finding ends the process."""
    try:
        import atheris
    except ImportError:
        sys.exit("--guided needs atheris: .venv/bin/pip install atheris")

    with atheris.instrument_imports(include=["ApiLoadLibrary"]):
        from fuzz.targets import TARGETS

    target = TARGETS[name]
    options = [f"-runs={count}", f"-seed={seed + 1}", "-max_len=2048", "-timeout=20"]
    atheris.Setup([sys.argv[0], *options], lambda data: target(_Drawn(data)) and None)
    atheris.Fuzz()
