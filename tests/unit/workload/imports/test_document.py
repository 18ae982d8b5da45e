"""Documents are read as plain data, and what would do harm is refused by a sentence."""

from __future__ import annotations

import json

import pytest
from hypothesis import given

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.document import read_document
from strategies import json_values, same_every_time


@pytest.mark.parametrize(
    "text, data",
    [
        ('{"a": [1, -2.5, true, null]}', {"a": [1, -2.5, True, None]}),
        ("a: [1, -2.5, true, ~]", {"a": [1, -2.5, True, None]}),
        ("{a: 1, b: [x]}", {"a": 1, "b": ["x"]}),
        ("200: {on: yes}", {"200": {"on": "yes"}}),
        ("a: 2024-05-01", {"a": "2024-05-01"}),
        ("a: 4:20\nb: 007\nc: 0x1F", {"a": "4:20", "b": 7, "c": "0x1F"}),
        ("a: .inf\nb: 1e3\nc: 'true'", {"a": ".inf", "b": 1000, "c": "true"}),
        ("x: &x {a: 1, b: 2}\ny: {<<: *x, b: 3}", {"x": {"a": 1, "b": 2}, "y": {"a": 1, "b": 3}}),
        ("x: &x {a: 1}\ny: [*x, *x]", {"x": {"a": 1}, "y": [{"a": 1}, {"a": 1}]}),
        (r'{"a": "\ud83d\ude00"}', {"a": "😀"}),
        ("", None),
    ],
)
def test_json_and_yaml_are_read(text, data):
    assert read_document(text, "x") == data


def is_json(value):
    """Whether there is no number in it that JSON has not."""
    return "NaN" not in (text := json.dumps(value)) and "Infinity" not in text


def bomb(line: str) -> str:
    return "\n".join(["a0: &a0 [x]", *(line.format(n, n - 1) for n in range(1, 30))])


@pytest.mark.parametrize(
    "text, problem",
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "nested too deeply"),
        ("a: " + "[" * 100_000, "nested too deeply"),
        ("\n".join(" " * depth + "a:" for depth in range(3_000)), "nested too deeply"),
        (bomb("a{0}: &a{0} [*a{1}, *a{1}, *a{1}]"), "beyond measure"),
        (bomb("a{0}: &a{0} {{b: *a{1}, c: *a{1}}}"), "beyond measure"),
        ("a: &a {b: *a}", "refers to what it stands in"),
        ("a: &a [[*a]]", "refers to what it stands in"),
        ("a: *b", "undefined alias"),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor"),
        ("a: !!timestamp 2024-05-01", "could not determine a constructor"),
        ("a: !!binary aGk=", "could not determine a constructor"),
        ("a: !!int x", "could not convert"),
        ("a: !!bool perhaps", "perhaps"),
        ("{[a]: 1}", "name"),
        ("? [a]\n: 1", "a name in it is no text"),
        ("a: 1\n---\nb: 2", "another document"),
        ("a: 'x", "unexpected end of stream"),
        ("a: \0", "control characters"),
        ('{"a": 1,,}', "line 1 column 9"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1e999}', "1e999 is no number"),
        ('{"a": ' + "9" * 5_000 + "}", "4300 digits"),
        (r'{"a": "\ud800"}', "half a character"),
        (r'{"\udfff": 1}', "half a character"),
    ],
)
def test_what_would_do_harm_is_refused(text, problem):
    with pytest.raises(BadInput, match=r"^source='shop\.yaml' cannot be read: ") as caught:
        read_document(text, "shop.yaml")
    assert problem in str(caught.value)
    assert len(str(caught.value)) < 300


@given(json_values.filter(is_json))
@same_every_time
def test_what_was_written_is_read_again(value):
    assert read_document(json.dumps({"a": value}), "x") == {"a": value}
