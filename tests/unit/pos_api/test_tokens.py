"""Tokens under a clock that the test moves."""

import itertools

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pos_api import auth
from pos_api.auth import TokenAuthority
from pos_api.errors import ApiError

START_S = 1_750_000_000.25


class Clock:
    """Seconds since the epoch, as the test likes them."""

    def __init__(self) -> None:
        self.now = START_S

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def refusal(authority: TokenAuthority, token: str) -> str:
    with pytest.raises(ApiError) as refused:
        authority.check_token(token.encode())
    assert refused.value.status == 401
    return refused.value.code


@pytest.mark.parametrize("used_before", [False, True])
def test_a_token_lives_exactly_as_long_as_it_says(clock: Clock, used_before: bool) -> None:
    authority = TokenAuthority(60, clock)
    token = authority.issue("till-1")
    expires_at = jwt.decode(token, options={"verify_signature": False})["exp"]
    if used_before:
        authority.check_token(token.encode())
    clock.now = expires_at - 0.001
    authority.check_token(token.encode())
    clock.now = expires_at
    assert refusal(authority, token) == "expired_token"
    assert refusal(authority, token) == "expired_token"


def test_a_token_never_lives_shorter_than_was_promised(clock: Clock) -> None:
    token = TokenAuthority(60, clock).issue("till-1")
    claims = jwt.decode(token, options={"verify_signature": False})
    assert START_S + 60 <= claims["exp"] < START_S + 61
    assert claims["iat"] <= START_S


def test_each_authority_has_a_key_of_its_own(clock: Clock) -> None:
    token = TokenAuthority(60, clock).issue("till-1")
    assert refusal(TokenAuthority(60, clock), token) == "invalid_token"


@pytest.mark.parametrize("missing", ["exp", "iat", "sub", "jti"])
def test_a_token_without_one_of_its_claims_is_refused(clock: Clock, missing: str) -> None:
    authority = TokenAuthority(60, clock)
    claims = jwt.decode(authority.issue("till-1"), options={"verify_signature": False})
    del claims[missing]
    token = jwt.encode(claims, authority._key, algorithm="HS256")
    assert refusal(authority, token) == "invalid_token"


def test_the_tokens_remembered_are_bounded_and_the_forgotten_ones_still_work(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auth, "_MOST_CACHED", 3)
    authority = TokenAuthority(60, clock)
    tokens = [authority.issue("till-1").encode() for _ in range(5)]
    for token in itertools.chain(tokens, reversed(tokens)):
        authority.check_token(token)
    assert len(authority._known) == 3


def test_refused_tokens_are_not_remembered(clock: Clock) -> None:
    authority = TokenAuthority(60, clock)
    for number in range(100):
        refusal(authority, f"forged-{number}")
    assert not authority._known


@given(st.binary(max_size=200))
def test_any_bytes_are_refused_with_an_answer(token: bytes) -> None:
    with pytest.raises(ApiError) as refused:
        TokenAuthority(60).check_headers([(b"authorization", b"Bearer " + token)])
    assert refused.value.status == 401
