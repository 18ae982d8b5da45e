"""Actions: which callables there are, and which can be called as one."""

import pickle
import sys

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.workload.action import Action, Call


@pytest.mark.parametrize(
    "text, call",
    [
        ("shop_actions:export", Call("shop_actions", "export")),
        (" shop.actions:Till.ring ", Call("shop.actions", "Till.ring")),
    ],
)
def test_a_callable_is_written_as_module_and_name(text, call):
    assert Call.parse(text) == call
    assert str(call) == text.strip()
    assert pickle.loads(pickle.dumps(call)) == call


@pytest.mark.parametrize("text", ["", "shop", "shop:", ":export", "shop.py:f()", "a:b:c", "a b:c"])
def test_anything_else_is_refused_with_what_to_write(text):
    with pytest.raises(BadInput, match=r"names no Python callable: write module:name, like shop_a"):
        Call.parse(text)


@pytest.mark.parametrize(
    "call, problem",
    [
        ("no_such_shop:export", r"cannot be imported \(ModuleNotFoundError: No module named 'no_s"),
        (
            "rig.actions:viist",
            r"call='rig\.actions:viist' names no 'viist' that there is\. .*visit",
        ),
        ("rig.actions:NUMBER", r"cannot be called: name a function or a class\."),
        ("rig.actions:Mute", r"cannot be an action: it needs a __call__"),
        ("rig.actions:not_now", r"is a coroutine function"),
        ("rig.actions:need_two", r"needs more than one argument"),
    ],
)
def test_what_cannot_be_called_is_refused(call, problem):
    with pytest.raises(BadInput, match=problem):
        Call.parse(call).resolve()


@pytest.mark.parametrize("source", ["import nowhere_at_all", "raise SystemExit(2)", "def x(:"])
def test_a_module_that_breaks_is_refused(source, tmp_path, monkeypatch):
    (tmp_path / "breaks_here.py").write_text(source)
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "breaks_here", raising=False)
    with pytest.raises(BadInput, match=r"Module 'breaks_here' .* cannot be imported"):
        Call("breaks_here", "x").resolve()


def test_what_takes_the_number_gets_it_and_what_does_not_goes_without(tmp_path, monkeypatch):
    (tmp_path / "many_shapes.py").write_text(
        "from functools import partial\n"
        "def one(n): return n\n"
        "def none(): return 'none'\n"
        "def any(*a): return a\n"
        "bound = partial(divmod, 7)\n"
        "class Once:\n"
        "    def __init__(self, start=10): self.start = start\n"
        "    def __call__(self, n): return self.start + n\n"
        "class Heir(Once): pass\n"
        "class Alone:\n"
        "    def __call__(self): return 'alone'\n"
        "class Till:\n"
        "    ring = staticmethod(one)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    returned = {
        name: Call("many_shapes", name).ready()(3)
        for name in ("one", "none", "any", "bound", "Once", "Heir", "Alone", "Till.ring")
    }
    assert returned == {
        "one": 3,
        "none": "none",
        "any": (3,),
        "bound": (2, 1),
        "Once": 13,
        "Heir": 13,
        "Alone": "alone",
        "Till.ring": 3,
    }


def test_an_action_succeeds_by_doing_its_work_or_by_an_expected_status():
    action = Action("Export", Call("shop", "export"), frozenset({201}))
    assert action.expected == {DONE, 201}
    assert (action.method, action.path) == ("CALL", "shop:export")


def test_its_name_is_as_those_of_endpoints():
    with pytest.raises(BadInput, match="holds ','"):
        Action("This, That", Call("shop", "export"))
