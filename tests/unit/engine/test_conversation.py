"""Which messages are answered, lost, doubled or out of order."""

from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.engine.conversation import Answer, Conversation


def talk(*said: str) -> Conversation[str]:
    conversation: Conversation[str] = Conversation()
    for each in said:
        conversation.say(each)
    return conversation


def test_an_answer_hands_back_what_carries_its_message():
    conversation = talk("a", "b")
    assert conversation.hear(0) == (Answer.IN_ORDER, "a")
    assert conversation.hear(1) == (Answer.IN_ORDER, "b")


def test_an_answer_behind_a_later_messages_is_out_of_order():
    conversation = talk("a", "b", "c")
    assert [conversation.hear(number)[0] for number in (1, 0, 2)] == [
        Answer.IN_ORDER,
        Answer.OUT_OF_ORDER,
        Answer.IN_ORDER,
    ]


def test_a_second_answer_comes_again_and_hands_back_nothing():
    conversation = talk("a")
    conversation.hear(0)
    assert conversation.hear(0) == (Answer.AGAIN, None)


def test_an_answer_to_what_was_given_up_is_too_late_and_only_then_comes_again():
    conversation = talk("a", "b")
    conversation.give_up(0)
    assert conversation.hear(0) == (Answer.TOO_LATE, None)
    assert conversation.hear(0) == (Answer.AGAIN, None)
    assert conversation.hear(1) == (Answer.IN_ORDER, "b")


def test_an_answer_to_nothing_is_unasked():
    assert talk("a").hear(7) == (Answer.UNASKED, None)


def test_messages_that_are_not_answered_are_numbered_too():
    conversation = talk("a")
    assert conversation.tell() == 1
    assert conversation.say("c") == 2
    assert set(conversation.leave()) == {"a", "c"}
    assert list(conversation.leave()) == []


@given(st.permutations(range(12)))
def test_whatever_the_order_each_message_is_answered_once(order):
    conversation = talk(*map(str, range(12)))
    answers = [conversation.hear(number) for number in order]
    assert [carrier for _, carrier in answers] == [str(number) for number in order]
    late = [number for place, number in enumerate(order) if any(n > number for n in order[:place])]
    out_of_order = [answer for answer, _ in answers].count(Answer.OUT_OF_ORDER)
    assert out_of_order == len(late)
