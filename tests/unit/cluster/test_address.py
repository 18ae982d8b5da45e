"""The address of a scheduler: what is wrong with it is said before anybody is asked."""

from __future__ import annotations

import dask.config
import pytest

from ApiLoadLibrary.cluster.address import MEANT, require_address, why_unreachable
from ApiLoadLibrary.errors import BadInput


def caused(*words: str) -> OSError:
    """The first was raised because of the second, and so on."""
    error = OSError(words[0])
    if words[1:]:
        error.__cause__ = caused(*words[1:])
    return error


def test_an_address_is_one() -> None:
    require_address("tcp://scheduler:8786")


@pytest.mark.parametrize("address", ["tcp://scheduler", "tls://scheduler", "http://scheduler:8786"])
def test_what_is_no_address_is_told_without_a_try(address: str) -> None:
    with pytest.raises(BadInput, match=f"cluster='{address}' is no address of a scheduler .*: "):
        require_address(address)


@pytest.mark.parametrize("address", ["tcp://scheduler:8786", "scheduler:8786"])
def test_who_has_to_encrypt_is_told_how(address: str) -> None:
    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(BadInput) as raised,
    ):
        require_address(address)
    assert str(raised.value) == (
        f"cluster='{address}' is not encrypted, and Dask's configuration asks for it "
        "(distributed.comm.require-encryption): write tls://scheduler:8786."
    )


@pytest.mark.parametrize(
    "said, meant",
    [
        (("Timed out after 5 s", "", "[Errno 111] Connection refused"), "Connection refused"),
        (("", "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "WRONG_VERSION_NUMBER"),
        (("in <TLS (closed)>: SSLError: [SSL: TLSV1_ALERT_UNKNOWN_CA]",), "UNKNOWN_CA"),
        (("closed", "[Errno 104] Connection reset by peer"), "reset by peer"),
        (("Timed out after 5 s", ""), "Timed out"),
    ],
)
def test_what_lies_beneath_says_what_to_do(said: tuple[str, ...], meant: str) -> None:
    assert why_unreachable(caused(*said)) == MEANT[meant]


def test_what_nobody_knows_is_passed_on() -> None:
    assert why_unreachable(TypeError("odd")) == "odd: start it, or correct cluster="
    assert why_unreachable(AssertionError()) == "AssertionError: start it, or correct cluster="
