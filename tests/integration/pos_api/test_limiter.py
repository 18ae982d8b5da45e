"""The partner API's limiter, as its clients meet it."""

import re
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from integration.pos_api.servers import Client, Start, running

PATH = "/api/partner/products"
PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"


def ask_until_refused(client: Client) -> list[int]:
    """What was left after each accepted request, as the answers said."""
    remaining = []
    while (answer := client.get(PATH)).status_code == 200:
        left, _ = state_of(answer.headers["RateLimit"])
        remaining.append(left)
        assert len(remaining) < 100
    return remaining


def state_of(field: str) -> tuple[int, int]:
    match = re.fullmatch(r'"partner";r=(\d+);t=(\d+)', field)
    assert match, field
    return int(match[1]), int(match[2])


OPTIONS = {
    "fixed": (),
    "moving": (),
    "sliding": (),
    "bucket": ("--limit-burst", "4"),
}


def test_a_refusal_says_when_to_come_back_and_keeps_its_word(tmp_path: Path) -> None:
    """All kinds at a time: each has to wait."""
    with ThreadPoolExecutor(len(OPTIONS)) as pool:
        list(pool.map(lambda kind: meet_limiter(kind, tmp_path / kind), OPTIONS))


def meet_limiter(kind: str, log: Path) -> None:
    options = ("--limiter", kind, "--limit", "6/s", *OPTIONS[kind])
    with (
        running(*options, log=log) as server,
        server.client() as client,
        server.client() as other,
    ):
        remaining = ask_until_refused(client)
        refused = client.get(PATH)
        assert refused.status_code == 429
        burst = ";burst=4" if kind == "bucket" else ""
        assert refused.headers["RateLimit-Policy"] == f'"partner";q=6;w=1{burst}'
        assert refused.headers["Retry-After"] == "1"
        assert state_of(refused.headers["RateLimit"]) == (0, 1)
        assert other.get(PATH).status_code == 200
        time.sleep(1)
        assert client.get(PATH).status_code == 200
        limiter = server.section("limiter")
    assert remaining[-1] == 0
    assert remaining == sorted(remaining, reverse=True)
    assert limiter["admitted"] == len(remaining) + 2
    assert limiter["refused"] == 2


def test_a_refusal_is_a_problem_of_the_drafts_type_in_the_shape_of_our_errors(
    start: Start,
) -> None:
    with start("--limit", "1/h") as server, server.client() as client:
        ask_until_refused(client)
        answer = client.get(PATH)
    body = answer.json()
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (body["type"], body["status"], body["violated-policies"]) == (PROBLEM, 429, ["partner"])
    assert body["error"]["code"] == "quota_exceeded"
    assert "1 requests in 3600 s" in body["error"]["message"]
    assert 3595 <= int(answer.headers["Retry-After"]) <= 3600


def test_a_wrong_request_counts_and_is_told_how_it_stands(start: Start) -> None:
    with start("--limit", "5/h") as server, server.client() as client:
        answer = client.get(f"{PATH}?limit=0", PATH)
    assert answer.status_code == 422
    assert state_of(answer.headers["RateLimit"])[0] == 4


def test_without_a_limiter_all_are_admitted_and_no_quota_is_told(start: Start) -> None:
    with start("--limiter", "off", "--limit", "1/h") as server, server.client() as client:
        answers = [client.get(PATH) for _ in range(5)]
        limiter = server.section("limiter")
    assert [answer.status_code for answer in answers] == [200] * 5
    assert not any("RateLimit" in answer.headers for answer in answers)
    assert (limiter["kind"], limiter["admitted"], limiter["refused"]) == ("off", 5, 0)
