"""Messages and their ids, and the rates that they are sent at."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.message import MESSAGE, MessageId, MessageRate, MessageTemplate

RUN = "6f1c09ab" + 24 * "0"
numbers = st.integers(0, 10**9)


def template(text: str, *, answered: bool = True) -> MessageTemplate:
    return MessageTemplate.of(text, RUN, 1, answered=answered)


def test_an_id_names_run_connection_and_number():
    assert template(MESSAGE).render(0, MessageId(17, 3)) == b"message 6f1c09ab.17.3"


@given(numbers, numbers, st.binary(max_size=20), st.sampled_from([b" ", b'"', b"}", b""]))
def test_an_id_is_found_in_whatever_comes_back(connection, number, before, behind):
    message = MessageId(connection, number)
    sent = template('{"id": "{{id}}"}').render(5, message)
    assert template(MESSAGE).reader()(before + sent + behind) == message


def test_no_id_is_found_in_what_others_say():
    read = template(MESSAGE).reader()
    assert read(b"hello") is None
    assert read(b"message ffffffff.17.3") is None


def test_other_values_are_filled_in_as_in_requests():
    made = template("{{counter}} {{integer 5..5}} {{run}} {{id}}").render(41, MessageId(0, 0))
    assert made == f"42 5 {RUN} 6f1c09ab.0.0".encode()


def test_answers_that_could_not_be_told_apart_are_refused():
    with pytest.raises(BadInput, match=r"^message='hello' must hold \{\{id\}\}"):
        template("hello")
    assert template("hello", answered=False).render(0, MessageId(0, 0)) == b"hello"
    with pytest.raises(BadInput, match=r"'\{\{nonsense\}\}' is no value"):
        template("{{nonsense}} {{id}}")


@pytest.mark.parametrize(
    "written, over_100",
    [
        ("200/s", "200/s"),
        ("200 per second", "200/s"),
        ("2/min per connection", "200/min"),
        ("2/min each", "200/min"),
        ("1/5 s PER CONNECTION", "100/5 s"),
    ],
)
def test_a_rate_is_over_all_connections_or_on_each(written, over_100):
    rate = MessageRate.parse(written)
    assert rate.over_all(100) == Rate.parse(over_100)
    assert MessageRate.parse(str(rate)) == rate


@pytest.mark.parametrize("written", ["200", "each", "0/s", "-1/s per connection"])
def test_what_is_no_rate_is_refused(written):
    with pytest.raises(ValueError, match=r"."):
        MessageRate.parse(written)


@pytest.mark.parametrize("number", ["9" * 5_000, "9" * 16])
def test_a_number_that_no_message_has_is_no_id(number):
    assert template(MESSAGE).reader()(f"6f1c09ab.0.{number}".encode()) is None
