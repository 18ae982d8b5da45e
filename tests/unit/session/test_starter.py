"""The first suite of a new user: what is written, and that it is read as it was meant."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.session.starter.files import MOST_WRITTEN, RESOURCE, Starter
from ApiLoadLibrary.session.starter.robot_text import variable, words
from ApiLoadLibrary.workload.endpoint import Endpoint, parse_expected
from ApiLoadLibrary.workload.imports.imported import Credential, Imported, MadeUp
from rig.robot_run import run_robot
from strategies import same_every_time

SHOP = "http://shop.example"


def endpoint(number: int, method: str = "GET", **more: object) -> Endpoint:
    return Endpoint(f"Product {number}", method, f"/products/{number}", **more)


def starter(*endpoints: Endpoint, **more: object) -> Starter:
    return Starter(Imported("Shop", SHOP, endpoints, **more), SHOP)


def test_load_goes_to_a_few_that_only_read_and_whose_paths_exist() -> None:
    endpoints = [endpoint(0, "POST"), *map(endpoint, range(1, 9))]
    made_up = MadeUp("/products/{id}", "1", ("Product 1", "Product 2"))
    loaded = starter(*endpoints, made_up=(made_up,)).loaded
    assert [each.name for each in loaded] == [f"Product {number}" for number in range(3, 8)]
    assert starter(endpoint(1), made_up=(made_up,)).loaded == (endpoint(1),)
    assert starter(endpoint(1, "POST")).loaded == (endpoint(1, "POST"),)


@pytest.mark.parametrize("count, rate", [(1, 600), (4, 150), (9, 120)])
def test_all_of_them_together_get_enough_requests_to_judge_by(count: int, rate: int) -> None:
    assert starter(*map(endpoint, range(count))).rate == rate


def test_so_many_endpoints_are_written_and_the_others_are_listed() -> None:
    found = starter(*map(endpoint, range(MOST_WRITTEN + 2)))
    assert len(found.endpoints) == MOST_WRITTEN
    assert [each.operation for each in found.left_out] == ["GET /products/50", "GET /products/51"]


@pytest.mark.parametrize("body", ["x" * 101, "x " * 1_001])
def test_what_nobody_could_read_in_a_suite_is_not_written(body: str) -> None:
    found = starter(endpoint(1), endpoint(2, "POST", data=body))
    assert found.endpoints == (endpoint(1),)
    assert "too long to be read" in found.left_out[0].reason


def test_what_signs_most_of_the_loaded_is_written_and_where_its_secret_comes_from() -> None:
    credentials = (
        Credential("other", "basic", endpoints=("Product 9",)),
        Credential("key", "api key", "query", "k", ("Product 1",)),
        Credential("oauth", "oauth2", endpoints=("Product 1", "Product 2")),
    )
    found = starter(endpoint(1), endpoint(2), endpoint(9, "POST"), credentials=credentials)
    assert found.environment == ["API_TOKEN"]
    written = found.texts()[RESOURCE]
    assert "${TOKEN: Secret}    %{API_TOKEN}" in written
    assert "    Use Bearer Token    ${TOKEN}\n" in written
    alone = starter(endpoint(1), credentials=credentials[1:2]).texts()[RESOURCE]
    assert "    Use API Key    k    ${API_KEY}    place=query\n" in alone
    assert "Secret" not in starter(endpoint(1), credentials=credentials[:1]).texts()[RESOURCE]


def test_forms_headers_and_statuses_are_written_as_they_are_sent() -> None:
    form = endpoint(1, "POST", data={"a": "b c"}, expected=frozenset({303, 201}))
    open_to_all = endpoint(2, headers={"Authorization": None}, expected=parse_expected("2xx"))
    lines = starter(form, open_to_all).texts()[RESOURCE].splitlines()
    assert lines[lines.index("${PRODUCT 1 BODY}") + 1] == f"{'...':<20}a=b+c"
    assert "&{HEADERS}          Content-Type=application/x-www-form-urlencoded" in lines
    assert "&{HEADERS 2}        Authorization=${None}" in lines
    define = "    Define Endpoint    Product"
    assert lines[-3:] == [
        f"{define} 1    POST    /products/1    data=${{PRODUCT 1 BODY}}    headers=${{HEADERS}}",
        "    ...    expect=201, 303",
        f"{define} 2    GET    /products/2    headers=${{HEADERS 2}}    expect=2xx",
    ]


def test_nothing_from_outside_becomes_a_line_of_its_own() -> None:
    evil = "x\n*** Keywords ***\n${y}    z"
    credentials = (Credential(evil, "api key", "header", evil, ("Product 1",)),)
    sent = endpoint(1, headers={"#X": "${HOME}", "Y": "a  b"}, json={evil: evil})
    found = Starter(Imported(evil, SHOP, (sent,), (), credentials), f"{SHOP}/{evil}")
    written = found.texts()[RESOURCE]
    assert written.count("*** Keywords ***\n") == 1
    assert "name=x *** Keywords *** \\${y} z    threshold" in written
    assert (
        "Use API Key    x\\n*** Keywords ***\\n\\${y} ${SPACE}${SPACE}${SPACE}z    ${API_KEY}\n"
        in written
    )
    assert "    \\#X=\\${HOME}    Y=a ${SPACE}b\n" in written


def test_how_cookies_are_got_is_left_to_the_reader() -> None:
    cookies = Credential("Cookie", "other", "cookie", "sid", ("Product 1",))
    written = starter(endpoint(1), credentials=(cookies,)).texts()[RESOURCE]
    assert "    # Sign in here: requests were signed by Cookie.\n" in written


def test_robocop_has_nothing_to_say_however_many_endpoints_there_are(tmp_path: Path) -> None:
    body = {"words": ["as long as it takes"] * 20}
    long = [
        Endpoint(f"{'Long Name ' * 5}{number}", "POST", "/" + "x" * 90, json=body)
        for number in range(12)
    ]
    sets = [list(map(endpoint, range(count))) for count in (1, 10, 11, 36, 37, 38, 39, 40, 50)]
    for number, endpoints in enumerate([*sets, long]):
        folder = tmp_path / str(number)
        folder.mkdir()
        for name, text in starter(*endpoints).texts().items():
            (folder / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "robocop", "check", "--no-cache", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.slow
def test_robot_reads_every_value_as_it_was_meant(tmp_path: Path) -> None:
    """Hundreds of odd texts in one suite, which compares them with the same in JSON."""
    values: list[str] = []
    printable = st.characters(exclude_categories=["Cs"])
    odd = st.text(st.sampled_from(" \\${}@&%#=|'\"\n\t.x") | printable, min_size=1, max_size=60)

    @same_every_time
    @given(odd)
    def collect(text: str) -> None:
        values.append(text)

    collect()
    values += [
        "a  b   c ",
        " ",
        "\\",
        "# no comment",
        "...",
        "| a |",
        "x " * 300,
        "FOR",
        "${SPACE}",
    ]
    lines = [
        line
        for number, each in enumerate(values)
        for line in variable(f"${{V{number}}}", *words(each))
    ]
    (tmp_path / "values.json").write_text(json.dumps(values), "utf-8")
    (tmp_path / "values.robot").write_text(
        "*** Variables ***\n"
        + "\n".join(lines)
        + "\n\n*** Test Cases ***\nAll Are As They Were\n"
        + "    ${all} =    Evaluate    json.loads(open(r'${CURDIR}/values.json').read())\n"
        + "    FOR    ${number}    ${each}    IN ENUMERATE    @{all}\n"
        + "        Should Be Equal    ${V${number}}    ${each}\n"
        + "    END\n",
        "utf-8",
    )
    run = run_robot(tmp_path / "out", str(tmp_path / "values.robot"))
    assert run.code == 0, run.console
