"""Whom load trusts: certificates are verified, by one store, until a suite says otherwise; and
then the console and the report say so."""

from __future__ import annotations

import pytest
import requests

from ApiLoadLibrary.errors import ServerUnreachable, SignInFailed
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.view_trust import trust
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.session.taking_over import take_over
from integration.loads import get, steady, watch_nothing
from rig.signpost import signpost

STORES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def at(address: str, **settings: object) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address, **settings)
    session.endpoints.define(get("/ok"))
    return session


def outcomes(session: AcceptanceSession) -> set[int]:
    plan = session.plan(steady("20/s", "100 ms"), "Get /ok")
    return set(session.run(plan, watch_nothing).outcomes)


def told(session: AcceptanceSession) -> list[str]:
    return [each.text for each in session.desk.take()]


@pytest.mark.parametrize(
    "name, trusted",
    [("SSL_CERT_FILE", True), ("REQUESTS_CA_BUNDLE", False), ("CURL_CA_BUNDLE", False)],
)
def test_the_environment_names_one_store_for_all_or_for_none(
    tls_rig: tuple[str, str], monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool
) -> None:
    address, ca = tls_rig
    for each in STORES:
        monkeypatch.delenv(each, raising=False)
    monkeypatch.setenv(name, ca)
    session = AcceptanceSession()
    session.configure(base_url=address)
    session.endpoints.define(get("/ok"))
    if trusted:
        assert outcomes(session) == {200}
    else:
        with pytest.raises(ServerUnreachable, match="cannot be trusted"):
            outcomes(session)
    session.configure(transport="requests")
    assert outcomes(session) == {200 if trusted else Failure.NOT_TRUSTED}
    # The server knows no such path for a GET of a token: that it said so is what counts.
    with pytest.raises(SignInFailed if trusted else ServerUnreachable):
        session.sign_in(SignIn("GET", "/status/404", None, "$.token"))
    seen = "metrics were answered" if trusted else r"could not be read \(SSLError\)"
    with pytest.raises(ServerUnreachable, match=seen):
        session.watching.add_host("db", f"{address}/status/404")


def test_what_one_server_was_trusted_with_is_no_business_of_the_next(
    tls_rig: tuple[str, str],
) -> None:
    address, _ = tls_rig
    elsewhere = address.replace("127.0.0.1", "localhost")
    session = at(address, verify=False)
    assert outcomes(session) == {200}
    session.use_server(address)  # the same one again, with nothing said
    assert session.config.verify is False
    with pytest.raises(ServerUnreachable, match="cannot be trusted"):
        session.use_server(elsewhere)
    with signpost() as other:
        theirs = requests.Session()
        take_over(session, theirs, other.address)
    assert session.config.verify is True


def test_unverified_certificates_are_told_of_once_and_in_the_report(
    tls_rig: tuple[str, str],
) -> None:
    address, _ = tls_rig
    session = at(address, verify=False)
    (news,) = told(session)
    assert news.startswith(f"verify=False: TLS certificates of {address} are not verified")
    session.use_server(address, verify=False)
    assert told(session) == []
    assert outcomes(session) == {200}
    document = build_document(session.record({}))
    assert document.environment["certificates_not_verified"] == address
    assert f"TLS certificates of {address} were not verified" in str(list(trust(document)))


def test_nothing_is_told_where_there_is_nothing_to_verify() -> None:
    with signpost() as post:
        session = at(post.address, verify=False)
    assert told(session) == []
    assert "certificates_not_verified" not in session.record({}).environment


def test_a_session_that_verifies_nothing_says_so_when_it_is_taken_over(
    tls_rig: tuple[str, str],
) -> None:
    """RequestsLibrary's sessions verify nothing unless they are told to."""
    address, _ = tls_rig
    theirs = requests.Session()
    theirs.verify = False
    session = AcceptanceSession()
    take_over(session, theirs, address)
    assert len(told(session)) == 1
