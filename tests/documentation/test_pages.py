"""The documentation hangs together: links lead somewhere, and every page is found."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from documentation.pages import MANUAL, PAGES, anchors, languages, links
from rig.process import ROOT


def name(page: Path) -> str:
    return f"{page.parent.name}/{page.name}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for link in links(page):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(link)
    assert broken == []


def test_the_manual_lists_all_of_its_pages() -> None:
    listed = {link.partition("#")[0] for link in links(MANUAL / "README.md")}
    assert listed == {page.name for page in MANUAL.glob("*.md")} - {"README.md"}


def test_every_example_is_in_a_language_that_a_test_knows() -> None:
    known = {"robotframework", "sh", "yaml", "python"}
    not_ours = {"javascript", "groovy", "text", ""}  # shown, not run: other tools, and drawings
    assert languages() <= known | not_ours


def test_the_readme_says_of_every_dependency_what_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [project["project"]["dependencies"], *project["dependency-groups"].values()]
    wanted = {Requirement(each).name for group in groups for each in group if isinstance(each, str)}
    cells = re.findall(r"^\| ([^|]+) \|", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE)
    told = {re.sub(r"\[.*", "", name) for cell in cells for name in cell.split(", ")}
    assert wanted - told == set()
