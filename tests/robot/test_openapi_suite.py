"""Descriptions of APIs in a suite, sent to a shop that holds requests to its own description."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.robot_run import run_robot
from rig.shop import DESCRIPTION, PARTS, shop

from .test_robot_suites import wrong_outcomes

SUITE = Path(__file__).with_name("openapi.robot")


@pytest.mark.slow
@pytest.mark.quiet
def test_endpoints_of_a_description_are_used_well_and_badly(tmp_path: Path) -> None:
    file = tmp_path / "shop.yaml"
    file.write_text(DESCRIPTION.replace('"/parts.yaml', '"./parts.yaml'), "utf-8")
    file.with_name("parts.yaml").write_text(PARTS, "utf-8")
    with shop() as server:
        variables = ("--variable", f"RIG:{server.url}", "--variable", f"FILE:{file}")
        run = run_robot(tmp_path / "out", *variables, str(SUITE))
        assert wrong_outcomes(run, server.url) == []
    assert server.refused == []
    assert server.accepted == {
        "GET /api/v1/products": 20,
        "GET /api/v1/products/…": 20,
        "POST /api/v1/orders": 30,
        "POST /api/v1/logins": 20,
    }
    assert len(server.products) > 5
    log = (tmp_path / "out" / "output.xml").read_text("utf-8")
    assert "DELETE changes or removes what is there" in log
    assert "http://127.0.0.1:1/secret.yaml#/Page is not followed: only documents at" in log
    assert (
        "1 was made up; give one that exists in values=, one of those that List Products lists"
        in log
    )
