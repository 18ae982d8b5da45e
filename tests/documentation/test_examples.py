"""Examples of the documentation are tried: whole suites are sent, the others run dry."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from documentation.pages import Example, examples
from rig.process import reference_api
from rig.robot_run import RobotRun, run_robot

SHOP = "https://shop.example"
# The setup might define anything: an example that is a part names what others define.
SETTINGS = "*** Settings ***\nLibrary    ApiLoadLibrary\nSuite Setup    Evaluate    None\n"
IMPORT = f"{SETTINGS}*** Test Cases ***\nExample\n"


def is_suite(example: Example) -> bool:
    return "*** Test Cases ***" in example.text


def as_suite(example: Example) -> str:
    """The example, or a suite around its keywords."""
    if is_suite(example):
        return example.text
    return IMPORT + "".join(f"    {line}\n" for line in example.text.splitlines())


def written(folder: Path, texts: dict[str, str]) -> Path:
    """A folder with a suite for each, named by where the example stands."""
    folder.mkdir()
    for number, (place, text) in enumerate(texts.items()):
        name = re.sub(r"\W+", "_", place)
        (folder / f"{number:03}__{name}.robot").write_text(text, "utf-8")
    return folder


def not_passed(run: RobotRun) -> dict[str, str]:
    return {test.longname: test.message for test in run.tests.values() if not test.passed}


def test_every_robot_example_passes_a_dry_run(tmp_path: Path) -> None:
    found = {each.place: as_suite(each) for each in examples("robotframework")}
    assert len(found) > 20
    suites = written(tmp_path / "examples", found)
    run = run_robot(tmp_path / "results", "--dryrun", str(suites))
    assert run.code == 0, run.console


def sent(folder: Path) -> RobotRun:
    """All whole suites, as they stand but for the address, a token, and the time they take."""
    found = {
        each.place: shortened(each.text) for each in examples("robotframework") if is_suite(each)
    }
    suites = written(folder / "examples", found)
    variables = {"SHOP_PASSWORD": "flat-white-please"}
    with reference_api() as address:
        (suites / "__init__.robot").write_text(SIGNED_IN, "utf-8")
        (suites / "articles.csv").write_text(ARTICLES, "utf-8")
        options = ("--variable", f"SHOP:{address}")
        return run_robot(folder / "results", *options, str(suites), env=variables)


SIGNED_IN = """\
*** Settings ***
Library        ApiLoadLibrary
Suite Setup    Come In

*** Keywords ***
Come In
    Use Server    ${SHOP}
    VAR    &{credentials}    username=till-1    password=flat-white-please
    ${token} =    Sign In    POST    /api/auth/login    json=${credentials}
    VAR    ${TOKEN}    ${token}    scope=GLOBAL
"""

ARTICLES = "id,quantity\n" + "".join(f"{number % 40 + 1},1\n" for number in range(100))


def shortened(suite: str) -> str:
    """With the reference API in the shop's place; whoever does not sign in is signed in."""
    text = re.sub(r"(duration|around|over|every|hold)=\S+(?: \w+)?", r"\1=1 s", suite)
    if "Sign In" not in text:
        use_server = re.compile(rf"^.*Use Server    {SHOP}.*$", re.MULTILINE)
        text = use_server.sub(r"\g<0>\n    Use Bearer Token    ${TOKEN}", text)
    return text.replace(SHOP, "${SHOP}")


@pytest.mark.slow
def test_suites_in_the_documentation_do_what_they_say(tmp_path: Path) -> None:
    """The server does what they expect of it: whatever is wrong is a name, a path, a body.

    And nothing but the shortness of their loads keeps them from passing.
    """
    run = sent(tmp_path)
    runs = run.report["runs"]
    assert len(runs) >= 5
    wrong = {each["name"]: each["errors"] for each in runs if each["errors"] != each["dropped"]}
    assert wrong == {}
    assert all(each["requests"] for each in runs)
    messages = [line for text in not_passed(run).values() for line in text.split("\n\n")]
    odd = [each for each in messages if not JUDGED.search(each)]
    assert odd == []
    assert len(run.report["criteria"]) >= 10
    assert len(run.tests) == sum(map(is_suite, examples("robotframework")))  # no two of a name


JUDGED = re.compile(r"INCONCLUSIVE: | was [\d.,]+ ?\S*; the limit is |^Several failures occurred")
"""What a criterion says that did not pass."""


@pytest.mark.parametrize("example", examples("python"), ids=lambda each: each.place)
def test_python_examples_can_be_compiled(example: Example) -> None:
    compile(example.text, example.place, "exec")


@pytest.mark.parametrize("example", examples("yaml"), ids=lambda each: each.place)
def test_yaml_examples_can_be_read(example: Example) -> None:
    assert isinstance(yaml.safe_load(example.text), dict)
