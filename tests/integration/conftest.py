"""A rig server for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from rig.process import rig_server


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all processes that run these tests."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture
def rig() -> Iterator[str]:
    """The address of a rig server whose counters start at zero."""
    with rig_server() as address:
        yield address


@pytest.fixture
def tls_rig(tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of a rig server with a certificate, and the file of the CA that signed it."""
    authority = trustme.CA()
    certificate, ca = tmp_path / "server.pem", tmp_path / "ca.pem"
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(certificate)
    authority.cert_pem.write_to_path(ca)
    with rig_server("--certificate", str(certificate)) as address:
        yield address, str(ca)
