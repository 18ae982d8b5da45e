"""Endpoints from Postman collections: one small collection for each rule."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.postman import from_postman
from ApiLoadLibrary.workload.prepare import prepare
from strategies import json_values, same_every_time

SHOP = "https://shop.example"


def item(name: str = "Products", url: Any = "{{baseUrl}}/products", **request: Any) -> Any:
    """A request in a collection; what is no part of the request is named with `item_`."""
    outside = {key[5:]: request.pop(key) for key in list(request) if key.startswith("item_")}
    return {"name": name, "request": {"method": "GET", "url": url, **request}, **outside}


def collection(*items: Any, **more: Any) -> Any:
    variable = [{"key": "baseUrl", "value": f"{SHOP}/v1"}]
    return {"info": {"name": "Shop"}, "item": list(items), "variable": variable, **more}


def read(*items: Any, **arguments: Any) -> Imported:
    return from_postman(collection(*items), **arguments)


def only(*items: Any, **arguments: Any) -> Any:
    found = read(*items, **arguments)
    assert not found.left_out
    (endpoint,) = found.endpoints
    return endpoint


def reason(*items: Any, **arguments: Any) -> str:
    found = read(*items, **arguments)
    assert not found.endpoints
    return found.left_out[0].reason


def raw(text: str, language: str = "json") -> dict[str, Any]:
    return {"mode": "raw", "raw": text, "options": {"raw": {"language": language}}}


def test_a_request_becomes_an_endpoint_of_the_server_that_a_variable_names() -> None:
    found = read(item())
    assert (found.title, found.base_url) == ("Shop", f"{SHOP}/v1")
    (endpoint,) = found.endpoints
    assert (endpoint.name, endpoint.method, endpoint.path) == ("Products", "GET", "/products")
    assert endpoint.expected == set(range(200, 300))


def test_the_server_in_use_takes_the_place_of_the_variable() -> None:
    assert only(item(), base_url="http://127.0.0.1:8000/test").path == "/products"
    below = only(item(), base_url=SHOP)
    assert below.path == "/v1/products"


def test_a_server_that_no_variable_has_a_value_for_is_the_one_in_use() -> None:
    whole = {"info": {}, "item": [item(url="{{api}}/a"), item(url="{{scheme}}://{{host}}/b")]}
    found = from_postman(whole, base_url=SHOP)
    assert [each.path for each in found.endpoints] == ["/a"]
    assert "needs a value for host, scheme" in found.left_out[0].reason
    assert from_postman(whole).base_url is None


def test_other_servers_have_to_be_allowed() -> None:
    found = read(item(), item("Charge", "https://pay.example/charge"), item("Old", "pay.example/a"))
    assert [each.name for each in found.endpoints] == ["Products"]
    assert "allow=https://pay.example" in found.left_out[0].reason
    assert "allow=http://pay.example" in found.left_out[1].reason


def test_urls_come_as_text_or_in_parts() -> None:
    parts = {
        "raw": "{{baseUrl}}/products/:id/notes?limit=5&off=1#top",
        "query": [{"key": "limit", "value": "5"}, {"key": "off", "value": "1", "disabled": True}],
        "variable": [{"key": "id", "value": "7"}],
    }
    assert only(item(url=parts)).path == "/products/7/notes?limit=5"
    split = {"protocol": "https", "host": ["shop", "example"], "port": "8443", "path": ["a", "b"]}
    assert only(item(url=split), base_url=f"{SHOP}:8443").path == "/a/b"
    assert only({"name": "A", "request": "{{baseUrl}}/a b?c=d e"}).path == "/a%20b?c=d%20e"


def test_a_path_variable_without_a_value_is_asked_for() -> None:
    url = {"raw": "{{baseUrl}}/products/:id", "variable": [{"key": "id", "value": ""}]}
    assert "needs a value for id: give it in values=" in reason(item(url=url))
    assert (
        only(item(url=url), values={"id": "{{integer 1..9}}"}).path == "/products/{{integer 1..9}}"
    )


def test_given_values_come_before_the_environment_and_that_before_the_folder_and_collection() -> (
    None
):
    folder = {"name": "F", "item": [item(url="{{baseUrl}}/{{a}}{{b}}{{c}}{{d}}")]}
    folder["variable"] = [{"key": "c", "value": "folder"}]
    whole = collection(folder)
    whole["variable"] += [{"key": key, "value": "collection"} for key in "abcd"]
    environment = {
        "values": [
            {"key": "a", "value": "environment"},
            {"key": "b", "value": "environment"},
            {"key": "d", "value": "off", "enabled": False},
        ]
    }
    found = from_postman(whole, environment=environment, values={"a": "given"})
    assert found.endpoints[0].path == "/givenenvironmentfoldercollection"


def test_values_that_differ_from_request_to_request_stay_so() -> None:
    path = only(item(url="{{baseUrl}}/{{$guid}}?n={{$randomInt}}")).path
    assert path == "/{{uuid}}?n={{integer 0..1000}}"
    assert "needs a value for $randomCity" in reason(item(url="{{baseUrl}}/{{$randomCity}}"))


def test_variables_that_hold_each_other_end() -> None:
    whole = collection(item(url="{{baseUrl}}/{{a}}"))
    whole["variable"] += [{"key": "a", "value": "{{b}}{{b}}"}, {"key": "b", "value": "{{a}}{{a}}"}]
    assert "needs a value for" in from_postman(whole).left_out[0].reason


def test_what_a_secret_variable_holds_is_not_taken_over() -> None:
    whole = collection(item(url="{{baseUrl}}/{{key}}"))
    whole["variable"].append({"key": "key", "value": "s3cret", "type": "secret"})
    found = from_postman(whole)
    assert "needs a value for key" in found.left_out[0].reason
    assert "s3cret" not in str(found)


@pytest.mark.parametrize(
    "auth, kind, place, parameter",
    [
        (
            {"type": "bearer", "bearer": [{"key": "token", "value": "s3cret"}]},
            "bearer",
            "header",
            None,
        ),
        ({"type": "basic", "basic": {"password": "s3cret"}}, "basic", "header", None),
        ({"type": "digest"}, "digest", "header", None),
        ({"type": "oauth2"}, "oauth2", "header", None),
        (
            {"type": "apikey", "apikey": {"key": "X-Key", "value": "s3cret"}},
            "api key",
            "header",
            "X-Key",
        ),
        (
            {
                "type": "apikey",
                "apikey": [{"key": "key", "value": "k"}, {"key": "in", "value": "query"}],
            },
            "api key",
            "query",
            "k",
        ),
    ],
)
def test_what_signs_requests_is_told_and_its_value_is_not(
    auth: Any, kind: str, place: str, parameter: str | None
) -> None:
    found = from_postman(collection(item(), auth=auth))
    (credential,) = found.credentials
    assert (credential.kind, credential.place) == (kind, place)
    assert credential.parameter == (parameter or "Authorization")
    assert credential.endpoints == ("Products",)
    assert "s3cret" not in str(found) + str([each.headers for each in found.endpoints])


def test_the_nearest_authentication_holds_and_none_means_none() -> None:
    inner = {"name": "F", "auth": {"type": "basic"}, "item": [item("B")]}
    public = item("C", "{{baseUrl}}/c", auth={"type": "noauth"})
    own = item("D", "{{baseUrl}}/d", auth={"type": "digest"})
    found = from_postman(
        collection(item("A", "{{baseUrl}}/a"), inner, public, own, auth={"type": "bearer"})
    )
    assert {each.kind: each.endpoints for each in found.credentials} == {
        "bearer": ("A",),
        "basic": ("B",),
        "digest": ("D",),
    }
    assert found.endpoints[2].headers == {"Authorization": None}


def test_signatures_that_no_keyword_makes_are_told() -> None:
    assert "signed by 'awsv4'" in reason(item(auth={"type": "awsv4"}))


def test_headers_that_sign_are_left_behind_and_need_no_value() -> None:
    headers = [
        {"key": "Authorization", "value": "Token {{token}}"},
        {"key": "X-Api-Key", "value": "{{key}}"},
        {"key": "X-Till", "value": "7"},
        {"key": "X-Off", "value": "1", "disabled": True},
        {"key": "Postman-Token", "value": "x"},
    ]
    found = read(item(header=headers))
    assert found.endpoints[0].headers == {"X-Till": "7"}
    assert [each.parameter for each in found.credentials] == ["Authorization", "X-Api-Key"]


def test_bodies_of_each_kind() -> None:
    fields = [
        {"key": "a b", "value": "ä&{{$guid}}"},
        {"key": "off", "value": "1", "disabled": True},
    ]
    kinds = {
        "json": raw('{"id": {{n}}, "x": "{{$guid}}"}'),
        "bare": raw('{"id": {{$randomInt}}}'),
        "xml": raw("<a>{{n}}</a>", "xml"),
        "form": {"mode": "urlencoded", "urlencoded": fields},
        "parts": {"mode": "formdata", "formdata": fields},
        "graph": {"mode": "graphql", "graphql": {"query": "{a}", "variables": '{"n": {{n}}}'}},
        "none": {"mode": "raw", "raw": ""},
        "off": {**raw("{}"), "disabled": True},
    }
    found = read(
        *(
            item(name, f"{{{{baseUrl}}}}/{name}", method="POST", body=body)
            for name, body in kinds.items()
        ),
        values={"n": "3"},
    )
    assert not found.left_out
    by_name = {each.name.lower(): each for each in found.endpoints}
    assert by_name["json"].json == {"id": 3, "x": "{{uuid}}"}
    assert by_name["bare"].data == '{"id": {{integer 0..1000}}}'
    assert by_name["bare"].headers == {"Content-Type": "application/json"}
    assert (by_name["xml"].data, by_name["xml"].headers["Content-Type"]) == (
        "<a>3</a>",
        "application/xml",
    )
    assert by_name["form"].data == "a+b=%C3%A4%26{{uuid}}"
    assert by_name["graph"].json == {"query": "{a}", "variables": {"n": 3}}
    for name in ("none", "off"):
        assert (by_name[name].json, by_name[name].data) == (None, None)
    _, boundary = by_name["parts"].headers["Content-Type"].split("boundary=")
    assert by_name["parts"].data.split("\r\n") == [
        f"--{boundary}",
        'Content-Disposition: form-data; name="a b"',
        "",
        "ä&{{uuid}}",
        f"--{boundary}--",
        "",
    ]


def test_reading_requests_are_sent_without_the_body_that_they_have_unless_told() -> None:
    assert only(item(body=raw('{"a": 1}'))).json is None
    kept = item(body=raw('{"a": 1}'), item_protocolProfileBehavior={"disableBodyPruning": True})
    assert only(kept).json == {"a": 1}


@pytest.mark.parametrize(
    "body, why",
    [
        ({"mode": "file"}, "it sends a file"),
        ({"mode": "formdata", "formdata": [{"key": "f", "type": "file"}]}, "it sends a file"),
        ({"mode": "brew"}, "of the kind 'brew'"),
        ({"mode": "graphql", "graphql": {"variables": "{"}}, "are no JSON"),
        (raw('{"password": "{{PASSWORD}}"}'), "its body holds a secret (password)"),
        (raw("{{whole}}"), "needs a value for whole"),
    ],
)
def test_bodies_that_cannot_be_sent_are_listed_with_the_reason(body: Any, why: str) -> None:
    assert why in reason(item(method="POST", body=body))


def test_answers_that_were_kept_tell_what_is_expected() -> None:
    kept = [{"code": 201}, {"code": 404}, {"code": 303}, {"code": None}]
    assert only(item(item_response=kept)).expected == {201, 303}


def test_names_come_from_the_requests_and_their_folders() -> None:
    folders = [
        {"name": name, "item": [item("List of all", f"{{{{baseUrl}}}}/{name}")]}
        for name in ("Orders", "Tills", "Tills")
    ]
    folders[2]["item"][0]["request"]["url"] += "/2"
    names = [each.name for each in read(*folders).endpoints]
    assert names == ["List All", "Tills List All", "GET Tills List All"]


def test_scripts_are_listed() -> None:
    def script(listen: str, lines: Any) -> Any:
        return {"listen": listen, "script": {"exec": lines}}

    scripts = [script("test", ["tests[0] = 1"]), script("prerequest", [""])]
    whole = collection(*[item(item_event=scripts)] * 7, event=[script("prerequest", "x()")])
    found = from_postman(whole)
    assert [each.operation for each in found.left_out][-2:] == [
        "prerequest scripts of the collection (1)",
        "test scripts of Products, Products, Products, Products, Products, … (7)",
    ]


def test_what_changes_or_removes_is_left_out_unless_asked_for() -> None:
    assert "DELETE changes or removes" in reason(item(method="DELETE"))
    assert only(item(method="DELETE"), methods={"DELETE"}).method == "DELETE"


def test_the_envelope_of_postmans_api_is_opened() -> None:
    assert len(from_postman({"collection": collection(item())}).endpoints) == 1


def test_folders_may_be_as_deep_as_they_like() -> None:
    whole = item()
    for _ in range(5_000):
        whole = {"name": "F", "item": [whole]}
    assert len(read(whole).endpoints) == 1


@pytest.mark.parametrize(
    "document, why",
    [
        (None, "no Postman collection"),
        ([], "no Postman collection"),
        ({"item": {}}, "no Postman collection"),
        ({"requests": [], "order": []}, "version 1: export it again"),
    ],
)
def test_what_is_no_collection_is_refused(document: Any, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        from_postman(document)


def test_what_is_no_environment_is_refused() -> None:
    with pytest.raises(BadInput, match=r"environment= names no Postman environment"):
        read(item(), environment={"info": {}})


def one_of(*usual: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(usual) | json_values


pairs = st.lists(
    st.fixed_dictionaries({"key": one_of("a", "id", "Accept"), "value": one_of("{{a}}", "x")}),
    max_size=3,
)
damaged_urls = one_of(
    "{{baseUrl}}/a", "{{baseUrl}}/:id?{{a}}", "//[", "{{", "{{}}"
) | st.fixed_dictionaries(
    {},
    optional={
        "raw": one_of("{{a}}/b"),
        "host": json_values,
        "path": json_values,
        "query": pairs,
        "variable": pairs,
    },
)
damaged_bodies = st.fixed_dictionaries(
    {"mode": one_of("raw", "urlencoded", "formdata", "graphql")},
    optional={
        "raw": one_of("{{a}}", '{"a": 1}'),
        "urlencoded": pairs,
        "formdata": pairs,
        "graphql": json_values,
    },
)
damaged_items = st.fixed_dictionaries(
    {"name": json_values},
    optional={
        "request": st.fixed_dictionaries(
            {"method": one_of("GET", "POST"), "url": damaged_urls},
            optional={"header": pairs | json_values, "body": damaged_bodies, "auth": json_values},
        )
        | json_values,
        "event": json_values,
        "response": json_values,
        "auth": st.fixed_dictionaries(
            {"type": one_of("basic", "apikey"), "apikey": pairs | json_values}
        ),
    },
)


@same_every_time
@given(st.lists(damaged_items | json_values, max_size=4), pairs | json_values)
def test_whatever_a_collection_holds_becomes_endpoints_that_can_be_sent_or_is_listed(
    items: list[Any], variables: Any
) -> None:
    whole = {"item": [{"name": "F", "item": items}], "variable": variables}
    found = from_postman(whole, base_url=SHOP)
    for each in found.endpoints:
        prepare(each, SHOP, requests.Session(), "run-1", 0).renderer()(0)


@pytest.mark.public
def test_a_public_collection_is_mapped_or_listed_to_the_last_request() -> None:
    """The one of the RealWorld project: 32 requests, one after the other."""
    document = json.loads(
        Path(os.environ["API_DESCRIPTIONS"], "conduit-postman21.json").read_text("utf-8")
    )
    methods = {"GET", "POST", "PUT", "DELETE"}
    found = from_postman(document, base_url=SHOP, methods=methods, values={"slug": "dragon"})
    listed = [each for each in found.left_out if "scripts of" not in each.operation]
    assert len(found.endpoints) + len(listed) == 32
    assert len(found.endpoints) >= 10
    assert [each.parameter for each in found.credentials] == ["Authorization"]
    assert "Token" not in str([each.headers for each in found.endpoints])
