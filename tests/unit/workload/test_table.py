"""Files that feed requests: read by row, and refused with a sentence where they cannot be."""

from __future__ import annotations

import json
import os
import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput, EngineFailed
from ApiLoadLibrary.workload.table import Table


def rows_of(table: Table) -> list[object]:
    return [table.row(number) for number in range(table.count)]


def written(folder: Path, content: str | bytes, name: str = "users.csv") -> Path:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


@pytest.mark.parametrize(
    "content",
    [
        'name,city\nAda,"London, W1"\nBo,"a\n""b"""\n',
        '\ufeffname,city\r\nAda,"London, W1"\r\nBo,"a\n""b"""',
        'name;city\nAda;London, W1\n\nBo;"a\n""b"""\n\n',
        ' name\tcity \nAda\tLondon, W1\nBo\t"a\n""b"""\n',
    ],
    ids=["commas", "as Excel has it", "semicolons", "tabs"],
)
def test_rows_of_csv_are_found_by_number(tmp_path: Path, content: str) -> None:
    table = Table(written(tmp_path, content))
    assert table.names == ("name", "city")
    assert rows_of(table) == [
        {"name": "Ada", "city": "London, W1"},
        {"name": "Bo", "city": 'a\n"b"'},
    ]
    assert not table.has_types


def test_rows_of_json_lines_keep_their_types(tmp_path: Path) -> None:
    rows = [
        {"id": 1, "price": 2.5, "tags": ["a"], "home": {"city": "Köln"}, "more": None},
        {"id": 2, "price": 3, "tags": [], "home": {"city": "Bonn", "zip": "0"}},
    ]
    content = "\ufeff" + "\n\n".join(json.dumps(each, ensure_ascii=False) for each in rows)
    table = Table(written(tmp_path, content, "users.jsonl"))
    assert rows_of(table) == rows
    assert table.names == ("id", "price", "tags", "home")
    assert table.value(table.row(0), "home.city") == "Köln"
    assert table.has("home.city")
    assert not table.has("home.zip")
    assert not table.has("more")
    assert not table.has("id.x")


@pytest.mark.parametrize(
    "content, words",
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        ("name,city\n", "it has no rows"),
        ("name,name\na,b\n", "must name each column, and no two the same"),
        ("name,\na,b\n", "must name each column"),
        (
            "a,b\n1,2\n1,2,3\n",
            "the row that ends in line 3 has 3 columns, and the header 2 columns",
        ),
        ("a\n1\n1,2\n", "the row that ends in line 3 has 2 columns, and the header 1 column"),
        ('a,b\n1,"2\n3,4\n', r"line 3 is no CSV \(unexpected end of data\)"),
        ('a,b\n1,"2"3\n', "line 2 is no CSV"),
        ("a,b\n1,Käse\n".encode("latin-1"), "line 2 is not UTF-8: save it as UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "it is UTF-16: save it as UTF-8"),
        (b"a,b\n1,\x00\x00\n\x80", "line 3 is not UTF-8"),
    ],
)
def test_csv_that_cannot_be_read_is_refused(
    tmp_path: Path, content: str | bytes, words: str
) -> None:
    file = written(tmp_path, content)
    with pytest.raises(BadInput, match=words) as caught:
        Table(file)
    assert str(caught.value).startswith(f"file='{file}' cannot be fed from: ")


@pytest.mark.parametrize(
    "content, words",
    [
        ("", "it has no rows"),
        ('{"a": 1}\n[1]\n', "line 2 is no JSON object"),
        ('{"a": 1}\n{"a": \n', "line 2 is no JSON object"),
        ("[" * 100_000, "line 1 is no JSON object"),
    ],
)
def test_json_lines_that_cannot_be_read_are_refused(
    tmp_path: Path, content: str, words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        Table(written(tmp_path, content, "rows.ndjson"))


@pytest.mark.parametrize(
    "name, words", [("gone.csv", "No such file"), ("users.xlsx", "must end with .csv")]
)
def test_what_is_no_such_file_is_refused(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Table(tmp_path / name)


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "users.csv").mkdir()
    with pytest.raises(BadInput, match="cannot be fed from: Is a directory"):
        Table(tmp_path / "users.csv")


def test_a_table_travels_to_other_processes_and_sees_that_its_file_has_changed(
    tmp_path: Path,
) -> None:
    file = written(tmp_path, "a\n" + "1\n" * 10_000)
    table = Table(file)
    assert table.row(3) == {"a": "1"}
    moved = pickle.dumps(table)
    assert len(moved) < 45_000  # four bytes a row
    os.utime(file, (0, 0))  # as a copy on another machine has it
    assert pickle.loads(moved).row(9_999) == {"a": "1"}
    file.write_text("a\n2\n")
    with pytest.raises(EngineFailed, match=r"users.csv has changed since `Feed From` read it"):
        pickle.loads(moved).row(0)
    file.unlink()
    with pytest.raises(EngineFailed, match="cannot be read"):
        pickle.loads(moved).row(0)


def test_the_first_value_that_does_not_fit_is_found(tmp_path: Path) -> None:
    table = Table(written(tmp_path, "age\n1\n2\nx\ny\n"))
    assert table.flaw("age", str.isdecimal) == 2
    assert table.flaw("age", bool) is None
    assert table.flaw("name", bool) == 0


@given(
    st.lists(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=2
        ),
        min_size=1,
    )
)
def test_whatever_was_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]
) -> None:
    file = tmp_path_factory.mktemp("rows") / "rows.csv"
    quoted = ['"' + '","'.join(each.replace('"', '""') for each in row) + '"' for row in rows]
    written(file.parent, "a,b\r\n" + "\r\n".join(quoted), "rows.csv")
    assert rows_of(Table(file)) == [{"a": a, "b": b} for a, b in rows]
