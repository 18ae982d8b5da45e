"""What only one scenario knows of a run, on the page."""

from __future__ import annotations

from dataclasses import replace

from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import EndpointResult, PhaseResult, RunResult
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.drawing import WIDE, Chart, Line, Stretch, Table
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.layout import draw
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.report.view_details import view_details
from unit.criteria.builders import a_run, an_endpoint, around
from unit.report import samples

S = 1_000_000_000


def part(seconds: int, ms: float) -> EndpointResult:
    return an_endpoint(around(ms, 50 * seconds), "Products", rate="50/s")


def burst(burst_ms: float = 40, after_ms: float = 10, before_s: int = 12) -> RunResult:
    parts = [part(before_s, 10), part(10, burst_ms), part(12, after_ms)]
    spans = [("before", 0), ("burst", before_s), ("after", before_s + 10)]
    phases = tuple(
        PhaseResult(Phase(name, start * S, start * S + each.length_ns, name == "burst"), (each,))
        for (name, start), each in zip(spans, parts, strict=True)
    )
    return replace(a_run(parts[1]), scenario="burst", phases=phases)


def reported(*runs: RunResult) -> Document:
    """The document, read back from its JSON."""
    return from_json(to_json(build_document(samples.session(runs=runs))))


def test_a_burst_tells_how_much_slower_it_was_and_how_soon_that_was_over() -> None:
    (run,) = reported(burst()).runs
    details = view_details(run)
    assert details is not None
    slower, back = details.sentences
    assert slower.startswith("In the burst 95 of 100 requests took 4")
    assert slower.endswith(" times as long as before it.")
    assert back == "Right after it everything was as quick as before."
    assert dict(details.facts)["Normal load"] == "50/s"
    (chart,) = details.charts
    assert [each.label for each in chart.stretches] == ["normal", "burst", "normal again"]
    assert len(chart.lines[0].values) == chart.length_s == 34
    assert "What the burst did" in render(reported(burst()))


def test_a_burst_that_was_not_felt_and_one_that_was_not_over_say_so() -> None:
    calm, lasting = (view_details(build_run(each)) for each in (burst(10), burst(40, 60)))
    assert calm is not None
    assert calm.sentences[0] == "In the burst 95 of 100 requests took no longer than before it."
    assert lasting is not None
    assert lasting.sentences[1] == "Not back to normal while it was watched: Products."


def test_what_is_not_known_of_a_burst_is_not_told_as_a_loss() -> None:
    """One second of normal load says neither what is slow nor what is normal."""
    details = view_details(build_run(burst(before_s=1)))
    assert details is not None
    slower, back = details.sentences
    assert slower == (
        "How much slower requests were cannot be told: too few requests before the burst: it takes "
        "59; make around= longer."
    )
    assert back == (
        "Whether it was soon over cannot be told: it takes 3 s of normal load before the burst to "
        "know what normal is."
    )


def test_a_second_without_requests_moves_nothing_in_the_picture_of_a_burst() -> None:
    run = burst()
    before, *others = run.phases
    short = replace(part(9, 10), length_ns=12 * S)  # nothing came in its last three seconds
    details = view_details(
        build_run(replace(run, phases=(replace(before, endpoints=(short,)), *others)))
    )
    assert details is not None
    (picture,) = details.charts
    assert picture.length_s == len(picture.lines[0].values) == 34
    assert picture.lines[0].values[9:12] == (None, None, None)
    assert [row[0] for row in picture.table.rows[11:13]] == ["0:11", "0:12"]


def test_a_burst_cut_short_before_its_end_has_nothing_to_tell() -> None:
    run = burst()
    *begun, after = run.phases
    empty = replace(after, endpoints=(an_endpoint([], "Products"),))
    cut = replace(run, phases=(*begun, empty), stopped="Ctrl-C")
    assert view_details(build_run(cut)) is None


def test_what_was_provoked_is_not_counted_among_what_went_wrong() -> None:
    ordinary = samples.run(30)
    failing = an_endpoint([replace(each, outcome=503) for each in around(900, 100)], "Products")
    provoked = replace(a_run(failing), scenario="overload", name="Overload")
    page = render(reported(ordinary, provoked))
    errors = ordinary.errors
    assert f"went wrong: {errors:,} of them, where nothing was provoked" in page
    assert errors != ordinary.errors + provoked.errors


def chart(stretches: tuple[Stretch, ...], **traits: object) -> Chart:
    line = Line("half", "l1", tuple(float(each) for each in range(40)))
    made = Chart("t", "c", "ms", 10, (line,), False, None, Table("t", (), ()), stretches, 0.25)
    return replace(made, **traits)  # type: ignore[arg-type]


def test_stretches_lie_where_their_time_is_and_name_themselves_where_there_is_room() -> None:
    spans = (Stretch(0, 6, "healthy", "ok"), Stretch(6, 6.1, "breaker open", "bad"))
    drawn = draw(chart(spans), WIDE)
    wide, narrow = drawn.spans
    assert (wide.x, wide.label, wide.look) == (drawn.left, "healthy", "ok")
    assert narrow.label == ""
    assert narrow.x == wide.x + wide.width
    assert wide.width / narrow.width > 50
    assert drawn.hints[-1].text.startswith("0:09: half ")


def test_an_axis_of_lengths_has_no_clock() -> None:
    drawn = draw(chart((), of_lengths=True), WIDE)
    assert [each.text for each in drawn.columns][:3] == ["0 s", "2 s", "4 s"]
    assert drawn.hints[-1].text.startswith("9.8 s: half ")
