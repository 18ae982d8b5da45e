"""What a server really gets of a request, byte for byte."""

from __future__ import annotations

from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import sustain
from rig.process import counts


def sent(rig: str, endpoint: Endpoint, base: str = "") -> list[str]:
    """The lines of a request's head, as the rig got them."""
    assert sustain(rig + base, [endpoint], "1/s", "500 ms").outcomes == {200: 1}
    (text,) = counts(rig)["bodies"]
    target, _, rest = text.partition("\n")
    head, _, _ = rest.partition("\n\n")
    return [target, *head.split("\r\n")]


def test_a_post_without_a_body_says_so(rig: str) -> None:
    assert "Content-Length: 0" in sent(rig, Endpoint("Empty", "POST", "/ok"))


def test_a_get_names_no_length(rig: str) -> None:
    assert not [line for line in sent(rig, Endpoint("Got", "GET", "/ok")) if "Content-L" in line]


def test_a_host_header_of_ones_own_is_sent_instead_of_ours(rig: str) -> None:
    lines = sent(rig, Endpoint("Virtual", "GET", "/ok", headers={"Host": "virtual.example"}))
    hosts = [line for line in lines if line.lower().startswith("host:")]
    assert hosts == ["Host: virtual.example"]


def test_an_address_within_a_query_leads_nowhere_else(rig: str) -> None:
    path = "/x?next=http://a.example/"
    assert sent(rig, Endpoint("Led", "GET", path), base="/ok")[0] == f"/ok{path}"
