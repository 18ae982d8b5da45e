"""What may be read for an API's description, and where its endpoints lie on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.descriptions import at_server, beside, location_of
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.origin import Origin

SHOP = "https://shop.example"


def never(url: str) -> Any:
    raise AssertionError(f"{url} is asked for")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A description, with documents beside, below and elsewhere."""
    found = tmp_path / "api docs"
    (found / "parts").mkdir(parents=True)
    for path in (tmp_path / "secret.yaml", found / "a b.yaml", found / "parts" / "c.yaml"):
        path.write_text(f"name: {path.name}", "utf-8")
    (found / "link.yaml").symlink_to(tmp_path / "secret.yaml")
    return found


@pytest.mark.parametrize("name", ["a%20b.yaml", "parts/c.yaml"])
def test_files_beside_and_below_are_read(folder: Path, name: str) -> None:
    source = str(folder / "shop.yaml")
    url = location_of(source).replace("shop.yaml", name)
    assert beside(source, never)(url) == {"name": Path(name.replace("%20", " ")).name}


@pytest.mark.parametrize(
    "name",
    [
        *("../secret.yaml", "parts/../../secret.yaml", "%2e%2e/secret.yaml", "link.yaml"),
        *("/etc/passwd", "file:///etc/passwd", "file://elsewhere/etc/passwd", "nowhere.yaml"),
        *("https://shop.example/x.yaml", "urn:x", "parts", "a%00b.yaml"),
    ],
)
def test_nothing_else_is_read(folder: Path, name: str) -> None:
    source = str(folder / "shop.yaml")
    with pytest.raises(BadInput):
        beside(source, never)(urljoin(location_of(source), name))


@pytest.mark.parametrize(
    "url", ["https://evil.example/x", "http://shop.example/x", "file:///etc/passwd", "urn:x"]
)
def test_a_description_at_an_address_leads_to_its_own_origin_alone(url: str) -> None:
    with pytest.raises(BadInput, match=r"only documents at https://shop\.example are"):
        beside(f"{SHOP}/openapi.json", never)(url)


@pytest.mark.parametrize(
    "base_url, server, path",
    [
        (f"{SHOP}/api", "http://localhost:8080", "/api/x?a=1"),
        ("/api/v3", "http://localhost:8080/", "/api/v3/x?a=1"),
        (f"{SHOP}/api", "http://localhost:8080/shop", "/x?a=1"),
        (SHOP, "http://localhost:8080", "/x?a=1"),
        (None, "http://localhost:8080", "/x?a=1"),
    ],
)
def test_the_servers_path_takes_the_place_of_the_descriptions(
    base_url: str | None, server: str, path: str
) -> None:
    found = at_server(Imported("Shop", base_url, (Endpoint("X", "GET", "/x?a=1"),)), server, ())
    assert [each.path for each in found.endpoints] == [path]


def test_what_would_go_elsewhere_is_left_out() -> None:
    endpoints = (
        Endpoint("Here", "GET", "https://files.example/x"),
        Endpoint("There", "GET", "https://evil.example/x"),
    )
    allowed = {Origin.of("https://files.example")}
    found = at_server(Imported("Shop", f"{SHOP}/api", endpoints), SHOP, allowed)
    assert found.endpoints == endpoints[:1]
    assert [each.operation for each in found.left_out] == ["GET https://evil.example/x"]
    assert "allow=https://evil.example" in found.left_out[0].reason
