"""Each rule by which an operation becomes an endpoint, on a small description of its own."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.imported import Credential, LeftOut, MadeUp
from described import ALL, LOCATION, description, only_endpoint, read, why_left_out

A_BODY = {"content": {"application/json": {"schema": {"type": "object"}}}}


def in_path(name: str, **more):
    return {"name": name, "in": "path", "required": True, **more}


def in_query(name: str, **more):
    return {"name": name, "in": "query", "required": True, **more}


# Which operations, and what they are called.


def test_what_changes_or_removes_is_left_out_unless_it_is_asked_for():
    paths = {"/x": {each: {} for each in ("get", "head", "post", "put", "patch", "delete")}}
    imported = read(description(paths))
    assert [each.method for each in imported.endpoints] == ["GET", "HEAD", "POST"]
    assert [each.operation for each in imported.left_out] == ["PUT /x", "PATCH /x", "DELETE /x"]
    assert "methods=" in imported.left_out[0].reason
    imported = read(description(paths), methods=frozenset({"DELETE"}))
    assert [each.method for each in imported.endpoints] == ["DELETE"]


@pytest.mark.parametrize(
    "operation, name",
    [
        ({"operationId": "listOrders", "summary": "All"}, "List Orders"),
        ({"operationId": "get-orders_byId"}, "Get Orders By Id"),
        ({"summary": "List of orders"}, "List Orders"),
        ({"operationId": "with", "summary": "All orders"}, "All Orders"),
        ({}, "GET Orders By Id"),
    ],
)
def test_names_are_words_that_sentences_do_not_use(operation, name):
    assert only_endpoint(operation, path="/orders/{id}").name == name


def test_no_two_names_are_the_same_and_filters_change_none():
    paths = {f"/{each}": {"get": {"operationId": "find"}} for each in "abc"}
    names = [each.name for each in read(description(paths)).endpoints]
    assert len(set(names)) == 3
    assert [each.name for each in read(description(paths), without=(names[0],)).endpoints] == [
        *names[1:]
    ]


def test_tags_and_patterns_choose_and_what_they_leave_out_is_listed():
    paths = {
        "/a": {"get": {"operationId": "listA", "tags": ["Shop"]}},
        "/b": {"get": {"operationId": "listB", "tags": ["Admin"]}},
        "/c": {"get": {"operationId": "showC", "tags": ["Shop"]}},
    }
    document = description(paths)
    assert [each.path for each in read(document, tags=("shop",)).endpoints] == ["/a", "/c"]
    assert [each.path for each in read(document, only=("list *",)).endpoints] == ["/a", "/b"]
    imported = read(document, tags=("shop",), without=("List*",))
    assert [each.path for each in imported.endpoints] == ["/c"]
    assert imported.left_out == (
        LeftOut("GET /a", "its name (List A) is in without="),
        LeftOut("GET /b", "it has none of the tags in tags="),
    )


@pytest.mark.parametrize(
    "responses, expected",
    [
        ({"201": {}, "400": {}}, {201}),
        ({"200": {}, "204": {}, "default": {}}, {200, 204}),
        ({"2XX": {}}, set(range(200, 300))),
        ({"default": {}}, set(range(200, 300))),
        (None, set(range(200, 300))),
    ],
)
def test_declared_statuses_of_success_are_expected(responses, expected):
    assert only_endpoint({"responses": responses}).expected == expected


def test_what_leaves_http_or_never_ends_is_left_out():
    assert "status 101" in why_left_out({"responses": {"101": {}, "200": {}}})
    stream = {"200": {"content": {"text/event-stream": {}}}}
    assert "does not end" in why_left_out({"responses": stream})


# Parameters.


@pytest.mark.parametrize(
    "parameter, sent",
    [
        ({"schema": {"type": "integer"}, "example": 7}, "7"),
        ({"schema": {"type": "integer"}, "examples": {"one": {"value": 8}}}, "8"),
        ({"schema": {"type": "integer", "example": 9}}, "9"),
        ({"schema": {"type": "integer", "examples": [10]}}, "10"),
        ({"schema": {"type": "integer", "default": 11}}, "11"),
        ({"schema": {"enum": ["a b", "c"]}}, "a%20b"),
        ({"schema": {"type": "integer", "minimum": 5}}, "5"),
        ({"schema": {"type": "string", "format": "date"}}, "2025-01-15"),
        ({"schema": {"type": "boolean"}}, "true"),
        ({"schema": {"type": "integer"}, "example": "no number"}, "1"),
        ({"schema": {"type": "string"}, "example": "{{id}}"}, "text"),
        ({"example": "ü/?"}, "%C3%BC%2F%3F"),
    ],
)
def test_gaps_in_paths_are_filled(parameter, sent):
    endpoint = only_endpoint({"parameters": [in_path("id", **parameter)]}, path="/orders/{id}/x")
    assert endpoint.path == f"/orders/{sent}/x"


def test_what_the_user_gives_comes_first_and_may_differ_from_request_to_request():
    operation = {"parameters": [in_path("id", example=7), {"name": "page", "in": "query"}]}
    values = {"id": "{{integer 1..50}}", "page": 2}
    endpoint = only_endpoint(operation, path="/orders/{id}", values=values)
    assert endpoint.path == "/orders/{{integer 1..50}}?page=2"


def test_a_place_in_a_path_goes_before_a_name():
    paths = {
        "/orders/{id}": {"get": {"parameters": [in_path("id")]}},
        "/users/{id}": {"get": {"parameters": [in_path("id")]}},
    }
    imported = read(description(paths), values={"id": 1, "/users/{id}": "ann"})
    assert [each.path for each in imported.endpoints] == ["/orders/1", "/users/ann"]
    assert imported.made_up == ()


def test_a_value_that_no_parameter_takes_is_a_slip():
    paths = {"/orders/{orderId}": {"get": {"parameters": [in_path("orderId")]}}}
    with pytest.raises(BadInput, match=r"'orderID', which no endpoint .* mean 'orderId'"):
        read(description(paths), values={"orderID": 1})


def test_what_was_made_up_is_told_with_what_would_list_it():
    paths = {
        "/orders": {"get": {"operationId": "listOrders"}},
        "/orders/{id}": {"get": {"operationId": "getOrder"}},
        "/orders/{id}/items": {"get": {"operationId": "listItems"}},
        "/users/{name}": {"get": {"operationId": "getUser"}},
    }
    assert read(description(paths)).made_up == (
        MadeUp("/orders/{id}", "1", ("Get Order", "List Items"), "List Orders"),
        MadeUp("/users/{name}", "1", ("Get User",), None),
    )


A_LIST = {"schema": {"type": "array"}, "example": ["a", "b c"]}
A_MAPPING = {"schema": {"type": "object"}, "example": {"a": 1, "b": 2}}


@pytest.mark.parametrize(
    "style, query",
    [
        (A_LIST, "q=a&q=b%20c"),
        (A_LIST | {"explode": False}, "q=a%2Cb%20c"),
        (A_LIST | {"style": "pipeDelimited"}, "q=a%7Cb%20c"),
        (A_LIST | {"style": "spaceDelimited"}, "q=a%20b%20c"),
        (A_MAPPING, "a=1&b=2"),
        (A_MAPPING | {"explode": False}, "q=a%2C1%2Cb%2C2"),
        (A_MAPPING | {"style": "deepObject", "explode": True}, "q%5Ba%5D=1&q%5Bb%5D=2"),
        ({"content": {"application/json": {"example": {"a": 1}}}}, "q=%7B%22a%22%3A%201%7D"),
    ],
)
def test_queries_are_written_in_their_style(style, query):
    assert only_endpoint({"parameters": [in_query("q", **style)]}).path == f"/x?{query}"


@pytest.mark.parametrize(
    "style, path",
    [
        (A_LIST, "a%2Cb%20c"),
        (A_LIST | {"style": "label"}, ".a%2Cb%20c"),
        (A_LIST | {"style": "label", "explode": True}, ".a.b%20c"),
        (A_LIST | {"style": "matrix"}, "%3Bq%3Da%2Cb%20c"),
        (A_MAPPING | {"explode": True}, "a%3D1%2Cb%3D2"),
        (A_MAPPING | {"style": "matrix", "explode": True}, "%3Ba%3D1%3Bb%3D2"),
    ],
)
def test_paths_are_written_in_their_style(style, path):
    found = only_endpoint({"parameters": [in_path("q", **style)]}, path="/{q}")
    assert found.path.replace("%2E", ".") == f"/{path}"


@pytest.mark.parametrize(
    "collection, query",
    [
        ({}, "a%2Cb"),
        ({"collectionFormat": "multi"}, "a&q=b"),
        ({"collectionFormat": "ssv"}, "a%20b"),
    ],
)
def test_old_collections_are_written_in_their_format(collection, query):
    parameter = in_query("q", type="array", items={"type": "string"}, **collection)
    parameter["x-example"] = ["a", "b"]
    found = only_endpoint({"parameters": [parameter]}, version="2.0")
    assert found.path == f"/x?q={query}"


def test_optional_parameters_are_not_sent_and_headers_that_sign_neither():
    parameters = [
        {"name": "page", "in": "query", "schema": {"type": "integer"}},
        {"name": "X-Till", "in": "header", "required": True, "example": "till-1"},
        {"name": "Authorization", "in": "header", "required": True, "example": "Bearer x"},
        {"name": "theme", "in": "cookie", "required": True, "example": "dark blue"},
    ]
    endpoint = only_endpoint({"parameters": parameters})
    assert endpoint.path == "/x"
    assert endpoint.headers == {"X-Till": "till-1", "Cookie": "theme=dark%20blue"}


def test_an_operations_parameter_goes_before_that_of_its_path():
    item = {
        "parameters": [in_query("q", example="path"), in_query("r", example="path")],
        "get": {"parameters": [in_query("q", example="own")]},
    }
    assert read(description({"/x": item})).endpoints[0].path == "/x?q=own&r=path"


def test_a_header_that_cannot_be_sent_leaves_its_operation_out():
    header = {"name": "X-Name", "in": "header", "required": True, "example": "日本"}
    assert "X-Name" in why_left_out({"parameters": [header]})


# Bodies.


def post(media, schema=None, **more):
    content = {media: {"schema": schema or {"type": "object"}, **more}}
    return {"requestBody": {"required": True, "content": content}}


def test_json_goes_before_a_form():
    operation = post("application/x-www-form-urlencoded", example={"a": 1})
    operation["requestBody"]["content"]["application/json"] = {"example": {"b": 2}}
    endpoint = only_endpoint(operation, "post")
    assert (endpoint.json, endpoint.data, dict(endpoint.headers)) == ({"b": 2}, None, {})


def test_a_vendors_json_keeps_its_media_type():
    endpoint = only_endpoint(post("application/vnd.shop+json", example={"a": 1}), "post")
    assert endpoint.json == {"a": 1}
    assert endpoint.headers == {"Content-Type": "application/vnd.shop+json"}


def test_a_form_is_sent_as_texts():
    schema = {
        "type": "object",
        "required": ["n", "b", "tags"],
        "properties": {
            "n": {"type": "integer"},
            "b": {"type": "boolean"},
            "tags": {"type": "array", "items": {"enum": ["x", "y"]}, "minItems": 2},
        },
    }
    endpoint = only_endpoint(post("application/x-www-form-urlencoded", schema), "post")
    assert endpoint.data == {"n": "1", "b": "true", "tags": ["x", "x"]}


def test_texts_need_an_example_unless_they_are_plain():
    xml = only_endpoint(post("application/xml", {"type": "string"}, example="<a/>"), "post")
    assert (xml.data, dict(xml.headers)) == ("<a/>", {"Content-Type": "application/xml"})
    assert only_endpoint(post("text/plain", {"type": "string"}), "post").data == "text"
    reason = why_left_out(post("application/xml"), "post")
    assert reason.startswith("its body (application/xml) cannot be made up")


def test_files_leave_an_operation_out_unless_none_must_be_sent():
    operation = post("multipart/form-data")
    assert "multipart/form-data" in why_left_out(operation, "post")
    del operation["requestBody"]["required"]
    assert only_endpoint(operation, "post").data is None


def test_old_bodies_are_parameters():
    body = {"name": "order", "in": "body", "required": True, "schema": {"$ref": "#/definitions/O"}}
    definitions = {"O": {"required": ["n"], "properties": {"n": {"type": "integer"}}}}
    found = only_endpoint({"parameters": [body]}, "post", version="2.0", definitions=definitions)
    assert found.json == {"n": 1}
    field = {"name": "n", "in": "formData", "type": "integer", "required": True, "minimum": 3}
    assert only_endpoint({"parameters": [field]}, "post", version="2.0").data == {"n": "3"}
    file = {"name": "f", "in": "formData", "type": "file", "required": True}
    operation = {"consumes": ["multipart/form-data"], "parameters": [file]}
    assert "multipart" in why_left_out(operation, "post", version="2.0")


def test_get_has_no_body():
    assert only_endpoint(post("application/json", example={"a": 1}), "get").json is None


def test_idempotency_keys_are_new_in_each_request():
    header = {"name": "Idempotency-Key", "in": "header", "required": True, "example": "k-1"}
    key = {"type": "string", "example": "k-1"}
    schema = {"required": ["idempotency_key"], "properties": {"idempotency_key": key}}
    operation = post("application/json", schema) | {"parameters": [header]}
    endpoint = only_endpoint(operation, "post")
    assert endpoint.json == {"idempotency_key": "{{uuid}}"}
    assert endpoint.headers == {"Idempotency-Key": "{{uuid}}"}
    key["maxLength"] = 10
    assert only_endpoint(operation, "post").json == {"idempotency_key": "k-1"}


# Servers.


@pytest.mark.parametrize(
    "servers, base_url",
    [
        ([{"url": "https://shop.example/api/"}], "https://shop.example/api"),
        ([{"url": "/api/v3"}], "/api/v3"),
        (
            [{"url": "https://{at}.example", "variables": {"at": {"default": "eu"}}}],
            "https://eu.example",
        ),
        ([{"url": "https://{at}.example"}], None),
        ([{"url": "ftp://shop.example"}], None),
        ([{"url": "https://user:word@shop.example"}], None),
        ([{"url": "/"}], None),
        ([], None),
    ],
)
def test_the_first_server_is_found(servers, base_url):
    assert read(description({"/x": {"get": {}}}, servers=servers)).base_url == base_url


def test_a_relative_server_is_that_of_the_documents_own_url():
    document = description({"/x": {"get": {}}}, servers=[{"url": "/api"}])
    location = "https://shop.example/docs/openapi.json"
    assert read(document, location=location).base_url == "https://shop.example/api"


@pytest.mark.parametrize(
    "more, base_url",
    [
        ({"host": "shop.example", "basePath": "/api"}, "https://shop.example/api"),
        ({"host": "shop.example:8080", "schemes": ["http"]}, "http://shop.example:8080"),
        ({"basePath": "/v1.42"}, "/v1.42"),
        ({}, None),
    ],
)
def test_old_servers_are_host_and_path(more, base_url):
    assert read(description({"/x": {"get": {}}}, "2.0", **more)).base_url == base_url


def test_an_operation_may_have_a_server_of_its_own():
    own = {"servers": [{"url": "https://files.example/v1"}]}
    assert only_endpoint(own).path == "https://files.example/v1/x"


# What signs requests.


@pytest.mark.parametrize(
    "scheme, credential",
    [
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, ("api key", "header", "X-Key")),
        ({"type": "apiKey", "in": "query", "name": "key"}, ("api key", "query", "key")),
        ({"type": "apiKey", "in": "cookie", "name": "sid"}, ("api key", "cookie", "sid")),
        ({"type": "http", "scheme": "Basic"}, ("basic", "header", "Authorization")),
        ({"type": "http", "scheme": "bearer"}, ("bearer", "header", "Authorization")),
        ({"type": "http", "scheme": "digest"}, ("digest", "header", "Authorization")),
        ({"type": "http", "scheme": "hoba"}, ("other", "header", "Authorization")),
        ({"type": "oauth2", "flows": {}}, ("oauth2", "header", "Authorization")),
        ({"type": "openIdConnect"}, ("openid", "header", "Authorization")),
        ({"type": "mutualTLS"}, ("other", "header", "Authorization")),
    ],
)
def test_security_schemes_become_credentials(scheme, credential):
    document = description(
        {"/a": {"get": {}}, "/b": {"get": {"security": []}}},
        components={"securitySchemes": {"s": scheme}},
        security=[{"s": []}],
    )
    assert read(document).credentials == (Credential("s", *credential, endpoints=("GET A",)),)


def test_old_security_is_found_and_only_that_of_endpoints():
    document = description(
        {"/a": {"get": {"security": [{"s": []}]}, "delete": {"security": [{"t": []}]}}},
        "2.0",
        securityDefinitions={"s": {"type": "basic"}, "t": {"type": "oauth2"}},
    )
    assert [each.kind for each in read(document).credentials] == ["basic"]


# Other documents.


def test_references_lead_through_other_documents():
    others = {
        "file:///descriptions/paths/orders.yaml": {
            "get": {"parameters": [{"$ref": "../common.yaml#/id"}]}
        },
        "file:///descriptions/common.yaml": {
            "id": in_path("id", schema={"$ref": "#/number"}),
            "number": {"type": "integer", "minimum": 40},
        },
    }
    asked = []

    def load(url):
        asked.append(url)
        return others[url]

    paths = {f"/{each}/{{id}}": {"$ref": "./paths/orders.yaml"} for each in "ab"}
    imported = read(description(paths), load)
    assert [each.path for each in imported.endpoints] == ["/a/40", "/b/40"]
    assert sorted(asked) == sorted(others)


def test_a_reference_that_is_not_followed_leaves_out_its_operation_alone():
    asked = []

    def load(url):
        asked.append(url)
        raise BadInput("it is elsewhere")

    paths = {
        "/a": {"get": {"parameters": [{"$ref": "https://evil.example/p"}]}},
        "/b": {"get": {"parameters": [{"$ref": "https://evil.example/p"}]}},
        "/c": {"get": {}},
        "/d": {"$ref": "#/nowhere"},
    }
    imported = read(description(paths), load)
    assert [each.path for each in imported.endpoints] == ["/c"]
    reason = "its reference https://evil.example/p is not followed: it is elsewhere"
    assert imported.left_out == (
        LeftOut("GET /a", reason),
        LeftOut("GET /b", reason),
        LeftOut("/d", "its reference #/nowhere leads nowhere"),
    )
    assert asked == ["https://evil.example/p"]


# Damage.


@pytest.mark.parametrize(
    "document, problem",
    [
        (None, "names no version"),
        ([], "names no version"),
        ({"info": {}}, "names no version"),
        (description({}, "3.2.0"), "is of version '3.2.0'"),
        (description({}, "1.2"), "is of version '1.2'"),
        (description({}, "3.10.0"), "is of version '3.10.0'"),
        ({"openapi": "3.1.0"}, "it has no paths"),
        (description([]), "paths is no mapping"),
        (description({"$ref": "#/paths"}), "paths refers to itself"),
        (description({}, servers={}), "servers is no list"),
        (description({}, info=[]), None),
    ],
)
def test_what_is_no_description_is_refused_by_a_sentence(document, problem):
    if problem is None:
        assert read(document).title == "API"
        return
    with pytest.raises(BadInput, match=r"^source='shop\.yaml' ") as caught:
        read(document)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    "operation",
    [
        None,
        [],
        "text",
        {"parameters": {}},
        {"parameters": [1]},
        {"parameters": [{"in": "path"}]},
        {"parameters": [in_query("q", schema=[])]},
        {"parameters": [in_query("q", schema={"type": "text"})]},
        {"parameters": [in_query("q", schema={"type": "string", "minLength": "1"})]},
        {"parameters": [in_query("q", schema={"type": "string", "pattern": "("})]},
        {"requestBody": []},
        {"requestBody": {"content": []}},
        {"requestBody": {"content": {"application/json": 1}}},
        {"requestBody": {"content": {"application/json": {"schema": {"required": 1}}}}},
        {"responses": []},
        {"security": {}},
        {"security": [1]},
    ],
)
def test_a_damaged_operation_is_listed_and_spoils_no_other(operation):
    imported = read(description({"/a": {"post": operation}, "/b": {"get": {}}}), methods=ALL)
    assert [each.path for each in imported.endpoints] == ["/b"]
    assert [each.operation for each in imported.left_out] == ["POST /a"]
    assert imported.left_out[0].reason


@pytest.mark.parametrize("path", ["no/slash", "/a#b", ""])
def test_a_path_that_is_none_is_listed(path):
    imported = read(description({path: {"get": {}}}))
    assert (len(imported.endpoints), len(imported.left_out)) == (0, 1)


def test_extensions_are_no_paths():
    assert (
        read(description({"x-note": 1, "/a": {"get": {}, "x-more": 2}}), None, LOCATION).left_out
        == ()
    )
