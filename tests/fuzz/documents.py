"""Files that others wrote: descriptions, recordings, collections, tables, reports."""

from __future__ import annotations

import atexit
import base64
import csv
import io
import json
import shutil
import tempfile
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import requests
import yaml

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.serial import to_json
from ApiLoadLibrary.report.source import read_report
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.document import read_document
from ApiLoadLibrary.workload.imports.har import from_har
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.openapi import read_openapi
from ApiLoadLibrary.workload.imports.postman import from_postman
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.table import Table
from unit.report.samples import failing, inconclusive

from .damage import damaged, damaged_document, spoiled

__all__ = ["imports", "reports", "tables"]

ALL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
HERE = Path(__file__).parents[1]
FOLDER = Path(tempfile.mkdtemp(prefix="fuzz-"))
atexit.register(shutil.rmtree, FOLDER)


DESCRIPTION = {
    "openapi": "3.1.0",
    "info": {"title": "Shop"},
    "servers": [{"url": "https://{a}.example/v1", "variables": {"a": {"default": "shop"}}}],
    "paths": {
        "/orders/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {"operationId": "getOrder", "responses": {"200": {"description": "ok"}}},
            "put": {
                "requestBody": {
                    "content": {
                        "application/json": {"schema": {"$ref": "#/components/schemas/Order"}},
                        "multipart/form-data": {"schema": {"type": "object"}},
                    }
                },
                "security": [{"key": []}],
                "responses": {"2XX": {}},
            },
        }
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        },
        "schemas": {
            "Order": {
                "type": "object",
                "required": ["name", "next"],
                "properties": {
                    "name": {"type": "string", "pattern": "^[a-z]{2,9}$", "minLength": 2},
                    "at": {"type": "string", "format": "date-time"},
                    "count": {"type": "integer", "minimum": 1, "multipleOf": 2},
                    "next": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Order"}]},
                    "lines": {"type": "array", "items": {"type": "number"}, "minItems": 1},
                },
            }
        },
        "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}},
    },
}
RECORDING = {
    "log": {
        "version": "1.2",
        "pages": [{"title": "Shop"}],
        "entries": [
            {
                "request": {
                    "method": "POST",
                    "url": "https://shop.example/api/orders/17?a=1&b=%20",
                    "headers": [
                        {"name": "Content-Type", "value": "application/json"},
                        {"name": "Authorization", "value": "Bearer abc.def.ghi"},
                        {"name": ":authority", "value": "shop.example"},
                    ],
                    "cookies": [{"name": "session", "value": "1"}],
                    "queryString": [{"name": "a", "value": "1"}],
                    "postData": {
                        "mimeType": "application/json",
                        "text": '{"name": "{{ann}}", "password": "x"}',
                        "params": [{"name": "a", "value": "b", "fileName": "c.txt"}],
                    },
                },
                "response": {"status": 201, "content": {"mimeType": "application/json"}},
                "_resourceType": "fetch",
            }
        ],
    }
}
COLLECTION = {
    "info": {"name": "Shop", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/"},
    "variable": [{"key": "base", "value": "https://shop.example/v1"}, {"key": "id", "value": "7"}],
    "auth": {"type": "bearer", "bearer": [{"key": "token", "value": "{{token}}"}]},
    "item": [
        {
            "name": "Orders",
            "item": [
                {
                    "name": "Create order",
                    "request": {
                        "method": "POST",
                        "header": [{"key": "X-Till", "value": "{{id}}", "disabled": False}],
                        "url": {
                            "raw": "{{base}}/orders/:id?a=1",
                            "host": ["{{base}}"],
                            "path": ["orders", ":id"],
                            "query": [{"key": "a", "value": "1"}],
                            "variable": [{"key": "id", "value": "5"}],
                        },
                        "body": {
                            "mode": "raw",
                            "raw": '{"name": "{{$randomFirstName}}"}',
                            "options": {"raw": {"language": "json"}},
                        },
                    },
                    "response": [{"code": 201}],
                },
                {
                    "name": "Form",
                    "request": {
                        "method": "PUT",
                        "url": "{{base}}/form",
                        "body": {"mode": "urlencoded", "urlencoded": [{"key": "a", "value": "b"}]},
                    },
                },
            ],
        }
    ],
}
WORDS = (
    *("$ref", "type", "#/components/schemas/Order", "#/paths", "array", "object", "integer"),
    *(
        "{{base}}",
        "{{" + " " * 300,
        "{{{{",
        "}}",
        ":id",
        "https://[",
        "http://ü.example/",
        "(a+)+$",
    ),
    *("get", "post", "TRACE", "2XX", "101", "cookie", "query", "X-Key\r\nX: y", "raw", "graphql"),
    *("Number of Orders", "a,b", "All Answers", "\u202e", "9" * 5_000, "application/json;a=b"),
)
TEXT_WORDS = ("{", "}", "[", "]", ":", "- ", "&a ", "*a", "!!python/object", "|\n", "\t", "\0", "'")


def imports(random: Random) -> int:
    """An import ends with endpoints that can be sent, and reasons; or with a sentence."""
    document, read = random.choice(READERS)
    changed = damaged_document(random, document, WORDS) if random.random() < 0.9 else document
    try:
        if random.random() < 0.3:
            changed = _through_text(random, changed)
        imported = read(changed)
    except BadInput as error:
        assert str(error)
        return 1
    assert all(each.operation and each.reason for each in imported.left_out)
    assert len({each.name.casefold() for each in imported.endpoints}) == len(imported.endpoints)
    for each in imported.endpoints:
        try:
            prepared = prepare(each, "https://shop.example", SESSION, "0123456789abcdef", 0)
        except BadInput as error:
            assert str(error)
        else:
            assert prepared.renderer()(0).startswith(each.method.encode() + b" ")
    return 1


SESSION = requests.Session()


def _through_text(random: Random, document: Any) -> Any:
    """The same, written as JSON or YAML and damaged there."""
    text = json.dumps(document) if random.random() < 0.5 else yaml.safe_dump(_bare(document))
    return read_document(spoiled(random, text, TEXT_WORDS), "shop.yaml")


def _bare(document: Any) -> Any:
    return json.loads(json.dumps(document))


def _openapi(document: Any) -> Imported:
    return read_openapi(document, Choice(methods=ALL), "file:///shop.yaml", _no_other, "shop.yaml")


def _no_other(url: str) -> Any:
    raise BadInput(f"{url} is another document")


READERS: tuple[tuple[Any, Callable[[Any], Imported]], ...] = (
    (DESCRIPTION, _openapi),
    (RECORDING, lambda document: from_har(document, methods=ALL)),
    (COLLECTION, lambda document: from_postman(document, methods=ALL)),
)

TABLES = {
    ".csv": (
        b'name,age,city\nAnn,31,"Paris, France"\r\nBob,,"a ""b""\nc"\n',
        b"\xef\xbb\xbfname;age\nAnn;31\n\nB\xc3\xb6b;9",
    ),
    ".jsonl": (b'{"name": "Ann", "address": {"city": "Paris"}}\n\n{"name": null, "address": 1}\n',),
}
TABLE_WORDS = (
    *(b'"', b'""', b",", b";", b"\n", b"\r", b"\r\n", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"\t"),
    *(b"{", b"}", b"[" * 2_000, b'{"a": ' * 2_000, b"9" * 5_000, b"NaN", b"\xe2\x80\xa8", b"\x85"),
)


def tables(random: Random) -> int:
    """A file is refused with a sentence; or each row is what another reader finds there."""
    kind = random.choice(list(TABLES))
    data = damaged(random, random.choice(TABLES[kind]), TABLE_WORDS)
    path = FOLDER / f"table{kind}"
    path.write_bytes(data)
    try:
        table = Table(path)
    except BadInput as error:
        assert str(error)
        return 1
    rows = [table.row(number) for number in range(table.count)]
    assert rows == (_csv_rows if kind == ".csv" else _json_rows)(data), data
    for name in table.names:
        assert table.has(name)
    return 1


def _csv_rows(data: bytes) -> list[Any]:
    text = data.decode("utf-8-sig")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    names, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    stripped = [each.strip() for each in names]
    return [dict(zip(stripped, row, strict=True)) for row in rows if row]


def _json_rows(data: bytes) -> list[Any]:
    return [
        json.loads(line) for line in data.removeprefix(b"\xef\xbb\xbf").split(b"\n") if line.strip()
    ]


HISTOGRAMS = tuple(Histogram(values).encode() for values in ([1], [5_000_000] * 9, [5, 9 * 10**9]))
HISTOGRAM_WORDS = (b"\0", b"\xff", b"\x7f\xff\xff\xff", b"\0" * 8, b"\1\0\0\0", b"\xff" * 9)


def histograms(random: Random) -> int:
    """A damaged histogram is refused, or decoded to one whose counts can be counted."""
    data = base64.b64decode(random.choice(HISTOGRAMS))
    if random.random() < 0.5:
        inside = damaged(random, zlib.decompress(data[8:]), HISTOGRAM_WORDS)
        packed = zlib.compress(inside)
        data = data[:4] + len(packed).to_bytes(4, "big") + packed
    else:
        data = damaged(random, data, HISTOGRAM_WORDS)
    try:
        found = Histogram.decode(base64.b64encode(data).decode())
    except BadInput as error:
        assert str(error)
    else:
        assert found.count >= 0
    return 1


REPORTS = (
    json.loads((HERE / "unit/report/files/report-1.0.json").read_text("utf-8")),
    *(json.loads(to_json(build_document(each()))) for each in (failing, inconclusive)),
)
REPORT_WORDS = (
    "pass",
    "1.0",
    "1.9",
    "2.0",
    "1." + "9" * 5_000,
    "2026-11-25",
    "failed",
    "<b>",
    "p95",
)


def reports(random: Random) -> int:
    """A damaged report is refused with a sentence, or becomes a page."""
    text = json.dumps(damaged_document(random, random.choice(REPORTS), REPORT_WORDS))
    if random.random() < 0.2:
        text = spoiled(random, text, TEXT_WORDS)
    path = FOLDER / "acceptance-report.json"
    path.write_text(text, "utf-8", "surrogatepass")
    try:
        report = read_report(path)
        page = render(report.document, report.seen_from(FOLDER))
    except BadInput as error:
        assert str(error)
        return 1
    assert page.rstrip().endswith("</html>")
    to_json(report.document)
    return 1
