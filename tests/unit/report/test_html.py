"""The page: what it must hold, and what must never be in it."""

import re
from dataclasses import replace
from html import unescape
from importlib.resources import files

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.card import plan_card, run_card
from ApiLoadLibrary.report.document import FailedTest, NotJudged, SystemUnderTest, Verdict
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.requirement import requirement
from ApiLoadLibrary.report.view_tables import run_tables
from ApiLoadLibrary.report.words import headline
from ApiLoadLibrary.report.write import write_reports
from unit.report import samples

SESSIONS = {
    "pass": samples.session,
    "fail": samples.failing,
    "inconclusive": samples.inconclusive,
    "empty": lambda: samples.session(runs=(), criteria=()),
    "one second": lambda: samples.session(runs=(samples.run(1),)),
    "no endpoint": lambda: samples.session(runs=(replace(samples.run(1), endpoints=()),)),
}
HOSTILE = """<script>alert(1)</script> "q" 's' </title></style>{{ 7 }} \u202eevil\u202c \x00&lt;"""


@pytest.fixture(params=SESSIONS.values(), ids=SESSIONS, scope="module")
def document(request):
    return build_document(request.param())


def text_of(page: str) -> str:
    """What a reader sees, with plain spaces."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return unescape(re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def test_the_page_begins_with_the_verdict(document):
    text = text_of(render(document))
    assert text.index(headline(document)) < 1_000
    places = [text.index(requirement(each)) for each in document.criteria]
    assert all(text.rindex(headline(document)) < place for place in places)


def test_every_criterion_has_its_row(document):
    page = render(document)
    text = text_of(page)
    for number, criterion in enumerate(document.criteria, 1):
        assert page.count(f'id="criterion-{number}"') == 1
        assert f'href="#criterion-{number}"' in page
        assert requirement(criterion) in text


def test_every_run_endpoint_and_failure_is_shown(document):
    text = text_of(render(document))
    for run in document.runs:
        assert run.id in text
        for endpoint in run.endpoints:
            assert f"{endpoint.method} {endpoint.path}" in text
            assert all(each.what in text for each in endpoint.failures)


def test_gaps_are_told():
    text = text_of(render(build_document(samples.failing())))
    assert "Not judged: Warm-up (load was sent, but no requirement was judged on it)." in text
    text = text_of(render(build_document(samples.inconclusive())))
    assert "Suites.Burst.Ten Times The Load failed for another reason: Sign-in was refused" in text
    assert "The load generator could not keep up: 212 of 5,000 requests started late." in text


@pytest.mark.parametrize(
    "changes, named",
    [
        ({"criterion": "p95 < 50 ms as point estimate", "interval": None}, True),
        ({"criterion": "p95 < 50 ms in every 5 s", "window_s": 5, "interval": None}, True),
        ({"criterion": "max < 50 ms", "metric": "max", "interval": None}, False),
        ({"criterion": "p95 < 50 ms"}, False),
    ],
)
def test_a_point_estimate_is_named_where_one_was_asked_for(changes, named):
    document = build_document(samples.session(criteria=(samples.judged(1, **changes),)))
    assert ("point estimate" in text_of(render(document))) == named


def test_rendering_twice_gives_the_same_page(document):
    assert render(document) == render(document)


def test_the_page_needs_nothing_from_outside(document):
    page = render(document)
    links = re.findall(r"""(?:src|href|action|srcset|data)\s*=\s*["']([^"']*)""", page)
    assert all(
        each.startswith(("#", "data:,")) or each == "acceptance-report.json" for each in links
    )
    assert "<script" not in page
    assert "@import" not in page
    assert "url(" not in page
    assert "default-src 'none'" in page


def test_every_id_is_unique_and_every_reference_has_one(document):
    page = render(document)
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    referred = re.findall(r'aria-labelledby="([^"]+)"', page) + re.findall(r'href="#([^"]+)"', page)
    assert {name for each in referred for name in each.split()} <= set(ids)


def hostile():
    run = samples.run(3)
    named = replace(run.endpoints[0], name=HOSTILE, method=HOSTILE, path=HOSTILE)
    run = replace(run, name=HOSTILE, test=HOSTILE, stopped=HOSTILE, endpoints=(named,))
    odd = {"endpoint": HOSTILE, "criterion": f'p95 of "{HOSTILE}" < 1 ms', "reason": HOSTILE}
    return samples.session(
        title=HOSTILE,
        system_under_test=SystemUnderTest(f"http://x/{HOSTILE}", *[HOSTILE] * 4),
        environment={HOSTILE: HOSTILE},
        runs=(run,),
        criteria=(
            samples.judged(1, requirement=HOSTILE, verdict=Verdict.FAIL, **odd),
            samples.judged(2, verdict=Verdict.INCONCLUSIVE, **odd),
        ),
        not_judged=(NotJudged(HOSTILE, HOSTILE),),
        failed_tests=(FailedTest(HOSTILE, HOSTILE),),
        interrupted=HOSTILE,
    )


@pytest.mark.parametrize(
    "page",
    [
        render(build_document(hostile())),
        run_card(hostile().runs[0]),
        plan_card([(HOSTILE, HOSTILE, HOSTILE, HOSTILE, 1)], 50, "http1"),
    ],
    ids=["page", "card", "plan"],
)
def test_hostile_names_stay_text(page):
    assert "<script" not in page
    assert page.count("</title>") == page.count("<title")
    assert page.count("</style>") == page.count("<style>")
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page)
    assert "<script>alert(1)</script> \"q\" 's' </title></style>{{ 7 }} ⟨U+202E⟩evil⟨U+202C⟩" in (
        text_of(page)
    )


def test_a_card_carries_its_looks_and_figures_with_it():
    card = run_card(samples.failing().runs[0])
    text = text_of(card)
    assert "<style" not in card
    assert "class=" not in card
    assert "var(" not in card
    assert '<a href="acceptance-report.html">' in card
    assert "1,000 requests a minute on each of 10 endpoints for 30 s." in text
    assert "Create Order: 41 × status 503 was not expected (blame: server)" in text
    assert all(name in text for name, *_ in samples.ENDPOINTS)


def test_a_card_says_what_sent_the_load_where_that_is_not_the_usual_transport():
    run = samples.run(2)
    by_requests = replace(run, generator=replace(run.generator, transport="requests"))
    assert "sent by requests" in text_of(run_card(by_requests))
    assert "sent by" not in text_of(run_card(run))


def test_cards_of_two_runs_do_not_share_ids():
    first, second = (run_card(samples.run(2, run_id=name)) for name in ("a", "b"))
    ids = re.findall(r'\bid="([^"]+)"', first + second)
    assert len(ids) == len(set(ids)) == 4


def test_the_card_of_a_plan_shows_what_would_go_where():
    plan = [("Products", "GET", "http://pos/api/products", "1,000/min", 5_000)]
    text = text_of(plan_card(plan, 50, "requests"))
    where = "GET http://pos/api/products"
    for each in ("Products", where, "1,000/min", "5,000", "50 workers", "transport requests"):
        assert each in text
    assert "Nothing was sent." in text


def luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_text_and_lines_stand_out_as_wcag_aa_asks(scheme):
    css = files("ApiLoadLibrary.report").joinpath("templates/colours.css").read_text("utf-8")
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", css.split("@media")[scheme]))
    text = {
        "ink": ("bg", "card", "ok-bg", "bad-bg", "warn-bg"),
        "soft": ("bg", "card", "bad-bg", "warn-bg"),
        "ok": ("bg", "card", "ok-bg"),
        "bad": ("bg", "card", "bad-bg"),
        "warn": ("bg", "card", "warn-bg"),
        "card": ("ok", "bad", "warn"),
        "c1": ("bg", "card"),
        "c2": ("card",),
    }
    weak = [
        (name, ground, round(ratio, 2))
        for name, grounds in text.items()
        for ground in grounds
        if (ratio := contrast(colours[name], colours[ground])) < 4.5
    ]
    lines = [
        (name, ground)
        for name in ("c2", "c3")
        for ground in ("bg", "card")
        if contrast(colours[name], colours[ground]) < 3
    ]
    assert weak == lines == []


def test_both_reports_are_written_as_a_whole(tmp_path):
    document = build_document(samples.session())
    folder = tmp_path / "new" / "results"
    data, page = write_reports(document, folder)
    assert sorted(each.name for each in folder.iterdir()) == [
        "acceptance-report.html",
        "acceptance-report.json",
        "acceptance-summary.md",
        "criteria-junit.xml",
    ]
    assert page.read_text("utf-8") == render(document)
    assert data.stat().st_mode & 0o777 == page.stat().st_mode & 0o777
    assert '"verdict": "pass"' in data.read_text("utf-8")


def test_a_report_that_cannot_be_written_leaves_the_old_one_and_no_rest(tmp_path):
    document = build_document(samples.session(runs=()))
    write_reports(document, tmp_path)
    before = (tmp_path / "acceptance-report.json").read_text("utf-8")
    with pytest.raises(ValueError, match="not JSON compliant"):
        write_reports(replace(document, duration_s=float("inf")), tmp_path)
    assert (tmp_path / "acceptance-report.json").read_text("utf-8") == before
    assert len(list(tmp_path.iterdir())) == 4


def test_the_checksum_on_the_page_is_the_datas(tmp_path):
    import hashlib

    data, page = write_reports(build_document(samples.failing()), tmp_path)
    assert hashlib.sha256(data.read_bytes()).hexdigest() in page.read_text("utf-8")


@pytest.mark.parametrize("seconds", [1, 3, 7, 30])
def test_all_of_the_load_in_time_is_a_hundred_percent_whatever_the_rates_rounding(seconds):
    run = samples.run(seconds)
    on_time = tuple(
        replace(each, tally=replace(each.tally, in_time=each.planned)) for each in run.endpoints
    )
    page = render(build_document(samples.session(runs=(replace(run, endpoints=on_time),))))
    assert "<b>100 %</b>" in page.replace("\u00a0", " ").replace("&nbsp;", " ")


def test_of_many_samples_the_page_has_the_worst_and_says_how_many_there_are():
    run = build_document(samples.session()).runs[0]
    sample = replace(run.samples[0], why="slow")
    many = tuple(replace(sample, response_time_ms=float(n), request_id=f"r{n}") for n in range(40))
    tables = run_tables(replace(run, samples=many))
    (table,) = (each for each in tables if each.caption.startswith("The first failures"))
    assert table.caption.endswith("(15 of 40, the slowest of each kind; the JSON has all)")
    assert [row[-1] for row in table.rows] == [f"r{n}" for n in range(39, 24, -1)]


def test_several_load_runs_get_a_list_that_leads_to_each():
    runs = tuple(replace(samples.run(), id=f"run-{n}", name=f"Load {n}") for n in range(3))
    page = render(build_document(samples.session(runs=runs)))
    for number in (1, 2, 3):
        assert page.count(f'href="#run-{number}"') == page.count(f'id="run-{number}"') == 1
    assert 'id="load-runs"' not in render(build_document(samples.session(runs=runs[:2])))
