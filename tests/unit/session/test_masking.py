"""Masking: the same whether there are few secrets or thousands."""

from __future__ import annotations

import base64
import threading

import pytest

from ApiLoadLibrary.session.masking import Masker

MANY = [f"a.secret.of.user-{number:04}" for number in range(2_000)]


def crowded(*secrets: str) -> Masker:
    """One that knows so many secrets that it looks them up instead of searching for each."""
    mask = Masker()
    mask.add(*MANY, *secrets)
    return mask


@pytest.mark.parametrize("make", [Masker, crowded])
@pytest.mark.parametrize(
    "text, masked",
    [
        ("before p/ä+&<1234567> after", "before <secret> after"),
        ("p/ä+&<1234567>p/ä+&<1234567>", "<secret><secret>"),
        ("in a path: p%2f%c3%a4%2b%26%3c1234567%3e", "in a path: <secret>"),
        ("on a page: p/ä+&amp;&lt;1234567&gt;", "on a page: <secret>"),
        ("p/ä+&<1234567", "p/ä+&<1234567"),
        ("cut: p/ä+&<1234567... and more", "cut: <secret>... and more"),
        ("", ""),
    ],
)
def test_a_secret_is_masked_among_few_and_among_many(
    make: type[Masker], text: str, masked: str
) -> None:
    mask = make()
    mask.add("p/ä+&<1234567>")
    assert mask(text) == masked


def test_each_of_many_is_masked_and_nothing_else() -> None:
    mask = crowded()
    assert mask(" ".join(MANY)) == " ".join(["<secret>"] * len(MANY))
    assert mask("a.secret.of.user-2000, a.secret.of.nobody") == (
        "a.secret.of.user-2000, a.secret.of.nobody"
    )


@pytest.mark.parametrize("make", [Masker, crowded])
def test_the_longer_of_two_secrets_goes_first(make: type[Masker]) -> None:
    mask = make()
    mask.add("open sesame", "open sesame street")
    assert mask("open sesame street, open sesame") == "<secret>, <secret>"


@pytest.mark.parametrize("around", [("", ""), ("kim:", ""), ("a", "!"), ("ab", " and more")])
@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_a_secret_is_found_in_base64_wherever_it_stands(around: tuple[str, str], encode) -> None:  # type: ignore[no-untyped-def]
    mask = Masker()
    mask.add("pass>>>?word-of-kim")
    before, after = around
    coded = encode(f"{before}pass>>>?word-of-kim{after}".encode()).decode()
    masked = mask(coded)
    assert "<secret>" in masked
    left = masked.replace("<secret>", "")
    assert len(left) <= 4 + len(encode((before + after).encode()))


def test_what_is_no_secret_any_more_is_not_masked() -> None:
    mask = crowded("a token that ran out")
    mask.forget("a token that ran out")
    mask.forget("one that was never known")
    assert mask("a token that ran out") == "a token that ran out"
    assert mask(MANY[7]) == "<secret>"


def test_threads_may_add_while_others_mask() -> None:
    mask = crowded()
    adding = threading.Thread(target=lambda: [mask.add(f"later.one-{n:04}") for n in range(500)])
    adding.start()
    while adding.is_alive():
        assert mask(f"x {MANY[3]}") == "x <secret>"
    adding.join()
    assert mask("later.one-0499") == "<secret>"
