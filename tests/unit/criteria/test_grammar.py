"""The language of criteria: what it reads, what it refuses, and what it says then."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.criteria.grammar import (
    EACH_ENDPOINT,
    EVERYTHING,
    THE_RUN,
    Criterion,
    parse,
    parse_metric,
)
from ApiLoadLibrary.criteria.metrics import (
    FIGURES,
    SHARES,
    Clock,
    Dimension,
    Latency,
    find_metric,
)
from ApiLoadLibrary.criteria.observed import Observed
from ApiLoadLibrary.criteria.when import ALL, When, Window
from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.values import Amount, ByteRate, Duration, Factor, Percent, Rate, Size
from strategies import durations, percents, rates, same_every_time

ENDPOINTS = ["Products", "Create Order", "Number of Orders"]
MS = 1_000_000

# Each line of the BNF, and what it is printed as.
SPELLINGS = [
    ("p95 of Products < 50 ms", "p95 of Products < 50 ms"),
    ("P95 Of products Below 50 ms", "p95 of Products < 50 ms"),
    ("p95<50ms", "p95 < 50 ms"),
    ("  p95  of  create   order  <  50 ms  ", "p95 of Create Order < 50 ms"),
    ('p95 of "Create Order" < 50 ms', "p95 of Create Order < 50 ms"),
    ('p95 of "number of orders" < 50 ms', 'p95 of "Number of Orders" < 50 ms'),
    ("p95 response time < 50 ms", "p95 < 50 ms"),
    ("p95 service time of Products < 50 ms", "p95 service time of Products < 50 ms"),
    ("p95 of all answers < 50 ms", "p95 of all answers < 50 ms"),
    ("p95 of all answers of Products < 50 ms", "p95 of all answers of Products < 50 ms"),
    (
        "P99.90 Service Time Of All Answers Of Products at most 1 min 30 s",
        "p99.9 service time of all answers of Products <= 90 s",
    ),
    ("p99.99 at  least 1,000 us", "p99.99 >= 1 ms"),
    ("p0.5 above 1 us", "p0.5 > 1 us"),
    ("p05 > 1 us", "p5 > 1 us"),
    ("average < 10 ms", "average < 10 ms"),
    ("Average Response Time Below 10 ms", "average < 10 ms"),
    ("mean < 10 ms", "average < 10 ms"),
    ("median of Each Endpoint < 5 ms", "median of Each Endpoint < 5 ms"),
    ("median of each  endpoint < 5 ms", "median of Each Endpoint < 5 ms"),
    ("maximum < 1 s", "max < 1 s"),
    ("max < 1 s", "max < 1 s"),
    ("min > 1 us", "min > 1 us"),
    ("minimum > 1 us", "min > 1 us"),
    ("p95 < threshold", "p95 < threshold"),
    ("p99 schedule delay < 3 ms", "p99 schedule delay < 3 ms"),
    ("max TLS Time of Products < 1 s", "max tls time of Products < 1 s"),
    ("average connect time < 1 s", "average connect time < 1 s"),
    ("p95 first byte time < 1 s", "p95 first byte time < 1 s"),
    ("p95 of the  run < 1 s", "p95 of The Run < 1 s"),
    ("error rate of everything < 1 %", "error rate of Everything < 1 %"),
    ("share of 429 < 5 %", "share of 429 < 5 %"),
    ("Share Of 5XX Of products at most 0 %", "share of 5xx of Products <= 0 %"),
    ("share of timeouts of each endpoint < 1 %", "share of timeouts of Each Endpoint < 1 %"),
    ("share of TLS Failures < 1 %", "share of tls failures < 1 %"),
    ("throughput at least 1,000/min", "throughput >= 1,000/min"),
    ("disk < 90 %", "disk < 90 %"),
    ("network < 1,500 kB/s", "network < 1.5 MB/s"),
    ("generator cpu < 80 %", "generator cpu < 80 %"),
    ("p95 < 5 ms in every 10 s", "p95 < 5 ms in every 10 s"),
    ("p95 < 5 ms  In  Every  1 min", "p95 < 5 ms in every 1 min"),
    ("error rate < 1 % for 10 s", "error rate < 1 % for 10 s"),
    ("p95 < 5 ms after the first 30 s", "p95 < 5 ms after the first 30 s"),
    ("p95 < threshold during warm-up", "p95 < threshold during warm-up"),
    (
        "p95 of Products < 5 ms with 99 % confidence during burst in every 10 s",
        "p95 of Products < 5 ms in every 10 s during burst with 99 % confidence",
    ),
    ("p95 < 5 ms with 95 % confidence", "p95 < 5 ms"),
    ("p95 < 5 ms as point estimate", "p95 < 5 ms as point estimate"),
    ("p95 < 5 ms as a point estimate", "p95 < 5 ms as point estimate"),
    ("p95 schedule delay < 5 ms during burst", "p95 schedule delay < 5 ms during burst"),
    ("P95 of Products Below Threshold", "p95 of Products < threshold"),
    ("error rate < 1 %", "error rate < 1 %"),
    ("Error Rate of Create Order <= 0.5 percent", "error rate of Create Order <= 0.5 %"),
    ("achieved rate >= 98 % of target", "achieved rate >= 98 % of target"),
    ("Achieved Rate At Least 98 % Of Target", "achieved rate >= 98 % of target"),
    ("achieved rate >= 98 %", "achieved rate >= 98 % of target"),
    ("achieved rate of Products > 15/s", "achieved rate of Products > 15/s"),
    ("achieved rate > 1,000/min", "achieved rate > 1,000/min"),
    ("cpu < 90 %", "cpu < 90 %"),
    ("CPU Below 90 %", "cpu < 90 %"),
    ("memory <= 90%", "memory <= 90 %"),
]


@pytest.mark.parametrize("written, printed", SPELLINGS)
def test_a_criterion_is_read_and_printed_in_one_spelling(written: str, printed: str) -> None:
    criterion = parse(written, ENDPOINTS)
    assert str(criterion) == printed
    assert criterion.text == written
    assert parse(printed, ENDPOINTS) == criterion


def test_a_criterion_holds_metric_scope_operator_and_target() -> None:
    criterion = parse("p99.9 service time of create order <= 50 ms", ENDPOINTS)
    assert criterion.metric == Latency("p99.9", Clock.SERVICE)
    assert criterion.scope == "Create Order"
    assert criterion.operator == "<="
    assert criterion.target == Duration(50 * MS)


@pytest.mark.parametrize(
    "written, target",
    [
        ("p95 < threshold", None),
        ("p95 < 0.4 ms", Duration(400_000)),
        ("error rate < 1 %", Percent(1)),
        ("achieved rate >= 98 % of target", Percent(98)),
        ("achieved rate >= 50/5 s", Rate.parse("50/5 s")),
    ],
)
def test_a_target_is_a_value_with_its_unit(written: str, target: object) -> None:
    assert parse(written).target == target


def test_without_a_list_of_endpoints_any_name_will_do() -> None:
    assert parse("p95 of Whatever < 5 ms").scope == "Whatever"
    assert parse("p95 of EACH ENDPOINT < 5 ms").scope == EACH_ENDPOINT


METRICS = (
    "There is: p0.01 to p99.99, average, median, min, max, error rate, achieved rate, throughput, "
    "cpu, memory, disk, network, swap, open files, gauge, generator cpu, "
    "and share of 429, 5xx, timeouts and more."
)
ENDINGS = (
    "write a status like 429 or 5xx, or one of timeouts, connection failures, "
    "tls failures, protocol failures, failed checks, dropped requests."
)
COMPARISON = "write one of <=, >=, <, >, at most, at least, below, above."
TIME = "P95 takes a time like 200 ms, or the word threshold."
NO_TIME = (
    "is not a time: write a number and a unit (ns, us, ms, s, min, h), "
    "like 200 ms, 1.5 s or 1 min 30 s."
)
ODD_NAME = (
    "write one endpoint or Each Endpoint; "
    "a name that holds a comma, a comparison or 'of' takes double quotes."
)
KNOWN = "There is: Products, Create Order, Number of Orders."

REFUSALS = [
    ("", "at its end: a comparison is missing: " + COMPARISON),
    ("p95 of Products", "at its end: a comparison is missing: " + COMPARISON),
    ("p95 under 50 ms", "at its end: a comparison is missing: " + COMPARISON),
    ("p95 = 50 ms", "at '=': " + COMPARISON),
    ("p95 => 50 ms", "at '=>': " + COMPARISON),
    ("p95 <> 50 ms", "at '<>': " + COMPARISON),
    ("< 50 ms", "at '<': a metric is missing. " + METRICS),
    ("of Products < 50 ms", "at 'of': a metric is missing. " + METRICS),
    (
        "p95s < 50 ms",
        "at 'p95s': there is no metric 'p95s'. Did you mean 'p95'? " + METRICS,
    ),
    (
        "eror rate < 1 %",
        "at 'eror': there is no metric 'eror rate'. Did you mean 'error rate'? " + METRICS,
    ),
    ("latency < 50 ms", "at 'latency': there is no metric 'latency'. " + METRICS),
    ("p100 < 50 ms", "at 'p100': there is no metric 'p100'. " + METRICS),
    (
        "p0 < 50 ms",
        "at 'p0': there is no metric 'p0'. Did you mean 'p90'? " + METRICS,
    ),
    (
        "p99.999 < 50 ms",
        "at 'p99.999': there is no metric 'p99.999'. Did you mean 'p99.9'? " + METRICS,
    ),
    ("p95 Products < 50 ms", "at 'Products': write 'of' before the name of an endpoint."),
    ("p95 of < 50 ms", "at '<': the name of an endpoint is missing after 'of'."),
    ('p95 of " " < 50 ms', "at '\"': the name of an endpoint is missing after 'of'."),
    (
        "p95 of Product < 50 ms",
        "at 'Product': there is no endpoint 'Product'. Did you mean 'Products'? " + KNOWN,
    ),
    ("p95 of Nowhere < 50 ms", "at 'Nowhere': there is no endpoint 'Nowhere'. " + KNOWN),
    (
        "error rate of all answers < 1 %",
        "at 'all': there is no endpoint 'all answers'. " + KNOWN,
    ),
    ("p95 of Products, Create Order < 50 ms", "at 'Products,': " + ODD_NAME),
    ("p95 of Number of Orders < 50 ms", "at 'of': " + ODD_NAME),
    ('p95 of "Products" "Orders" < 50 ms', "at '\"Products\"': " + ODD_NAME),
    ('p95 of "Products < 50 ms', "at '\"Products': this double quote is not closed."),
    (
        "cpu of Each Endpoint < 90 %",
        "at 'Each': CPU is that of a host or process: name one, or none.",
    ),
    (
        "generator cpu of Products < 9 %",
        "at 'Products': Generator CPU is known of all of it: leave this out.",
    ),
    ("gauge < 18", "at '<': say which: gauge of pool < 18."),
    (
        "memory of pos-1 < 18",
        (
            "at '18': '18' is not a percentage: write for example 1 % or 0.5 %. "
            "Memory takes a percentage like 90 %, or a size like 500 MB."
        ),
    ),
    (
        "p95 <",
        "at its end: a limit is missing: write a time like 200 ms, or the word threshold.",
    ),
    (
        "achieved rate >=",
        "at its end: a limit is missing: write 98 % of target, or a rate like 1,000/min.",
    ),
    (
        "p95 < 500",
        "at '500': '500' has no unit: write for example 500 ms or 500 s. " + TIME,
    ),
    (
        "p95 < -5 ms",
        "at '-5': '-5 ms' is negative: write a time of 0 or more, like 200 ms. " + TIME,
    ),
    ("p95 < nan", f"at 'nan': 'nan' {NO_TIME} {TIME}"),
    ("p95 < inf s", f"at 'inf': 'inf s' {NO_TIME} {TIME}"),
    ("p95 < 1,00 ms", f"at '1,00': '1,00 ms' {NO_TIME} {TIME}"),
    ("p95 < 5 %", f"at '5': '5 %' {NO_TIME} {TIME}"),
    (
        "error rate < 1",
        (
            "at '1': '1' is not a percentage: write for example 1 % or 0.5 %. "
            "Error rate takes a percentage like 1 %."
        ),
    ),
    (
        "error rate < threshold",
        (
            "at 'threshold': 'threshold' is not a percentage: write for example 1 % or 0.5 %. "
            "Error rate takes a percentage like 1 %."
        ),
    ),
    (
        "cpu < 900 %",
        "at '900': '900 %' is outside 0 % to 100 %. CPU takes a percentage like 90 %.",
    ),
    (
        "share of < 5 %",
        f"at '<': {ENDINGS}",
    ),
    (
        "share of wishes < 5 %",
        f"at 'wishes': {ENDINGS}",
    ),
    (
        "p95 of the run < threshold",
        "at 'the': only endpoints have thresholds: write Each Endpoint, or a time.",
    ),
    (
        "network < 10 MB",
        (
            "at '10': '10 MB' is no rate of bytes: write for example 10 MB/s. "
            "Network takes a rate of bytes like 10 MB/s."
        ),
    ),
    ("p95 < 5 ms in every 1500 ms", "at '1500': write whole seconds, 1 s or more."),
    ("p95 < 5 ms in every 0 s", "at '0': write whole seconds, 1 s or more."),
    (
        "p95 < 5 ms for 10",
        "at '10': '10' has no unit: write for example 10 ms or 10 s.",
    ),
    ("p95 < 5 ms in every 10 s for 2 s", "at 'for': 'for' is one too many of its kind."),
    ("p95 < 5 ms during", "at its end: the name of a phase is missing."),
    (
        "p95 < 5 ms with 30 % confidence",
        "at '30': '30 %' is no confidence: write 50 % to 99.99 %.",
    ),
    ("p95 < 5 ms with 99 %", "at '99': write for example with 99 % confidence."),
    ("p95 < 5 ms as wished", "at 'wished': write as point estimate."),
    (
        "p95 of all answers < 5 ms in every 10 s",
        "at 'in': P95 of all answers is known of the whole run only: leave out this clause.",
    ),
    (
        "generator cpu < 90 % during burst",
        "at 'during': Generator CPU is known of the whole run only: leave out this clause.",
    ),
    (
        "achieved rate > 0/s",
        (
            "at '0/s': '0' is not enough: write a number above 0. "
            "Achieved rate takes 98 % of target, or a rate like 1,000/min."
        ),
    ),
]


@pytest.mark.parametrize("written, problem", REFUSALS)
def test_a_slip_is_pointed_at_and_told_what_to_write_instead(written: str, problem: str) -> None:
    with pytest.raises(BadCriterion) as caught:
        parse(written, ENDPOINTS)
    assert str(caught.value) == f"Criterion '{written}' cannot be read {problem}"


def test_where_no_endpoint_is_defined_a_criterion_says_so() -> None:
    with pytest.raises(BadCriterion, match="None has been defined yet"):
        parse("p95 of Products < 5 ms", [])


def test_a_bad_criterion_is_bad_input() -> None:
    with pytest.raises(BadInput):
        parse("p95")


def test_a_metric_can_be_read_alone() -> None:
    assert parse_metric("P95 Service Time") == Latency("p95", Clock.SERVICE)
    assert parse_metric("error rate") is FIGURES["error rate"]
    with pytest.raises(BadCriterion, match="there is no metric 'p95 of Products'"):
        parse_metric("p95 of Products")


def test_every_metric_is_found_by_its_own_name() -> None:
    words = ["p50", "p99.99", "average", "median", "min", "max"]
    latencies = [
        Latency(word, clock, everything)
        for word in words
        for clock in Clock
        for everything in ((False, True) if clock.by_fate else (False,))
    ]
    for metric in [*latencies, *FIGURES.values()]:
        assert find_metric(metric.name) == metric
    for ending in ("404", "2xx", *SHARES):
        metric = find_metric(f"share of {ending}")
        assert metric is not None
        assert metric.name == f"share of {ending}"


RESERVED = [each.lower() for each in (EACH_ENDPOINT, THE_RUN, EVERYTHING)]
names = (
    st.text(st.characters(exclude_characters='"', exclude_categories=["Cs"]), min_size=1)
    | st.sampled_from(["Products", "A, B", "a < b", "x of y", "at least", "all answers", " a  b "])
).filter(lambda name: name.strip() and name.lower() not in RESERVED)

latencies = st.builds(
    Latency,
    st.integers(1, 9999).map(lambda number: f"p{number / 100:g}")
    | st.sampled_from(["average", "median", "min", "max"]),
    st.sampled_from(Clock),
    st.booleans(),
).filter(lambda latency: latency.clock.by_fate or not latency.all_answers)
shares = st.sampled_from(["404", "5xx", *SHARES]).map(lambda each: find_metric(f"share of {each}"))


scopes = st.none() | st.sampled_from([EACH_ENDPOINT, THE_RUN, EVERYTHING]) | names
windows = st.builds(Window, st.integers(1, 10**5), st.booleans())
whens = st.builds(
    When,
    st.none() | windows,
    st.integers(0, 10**5),
    st.none() | st.sampled_from(["burst", "warm-up", "after"]),
)


@st.composite
def criteria(draw: st.DrawFn) -> Criterion:
    metric = draw(latencies | shares | st.sampled_from(list(FIGURES.values())))
    target = {
        Dimension.TIME: st.none() | durations,
        Dimension.SHARE: percents,
        Dimension.RATE: percents | rates,
        Dimension.THROUGHPUT: rates,
        Dimension.RESOURCE: percents,
        Dimension.TRAFFIC: st.integers(0, 10**12).map(ByteRate),
        Dimension.MEMORY: percents | st.integers(0, 10**15).map(Size),
        Dimension.SPAN: durations,
        Dimension.FACTOR: st.integers(1, 10**6).map(lambda n: Factor(Fraction(n, 100))),
        Dimension.COUNT: st.integers(0, 10**6).map(lambda n: Amount(Fraction(n))),
    }[metric.dimension]
    watched = metric.dimension is not Dimension.TIME and getattr(metric, "watched", False)
    scope = draw(scopes) if metric.has_endpoints or watched else None
    if watched and scope in (EACH_ENDPOINT, THE_RUN):
        scope = "pos-1"
    if metric.name == "gauge" and scope is None:
        scope = "pool"
    limit = draw(target)
    if (limit is None and scope in (THE_RUN, EVERYTHING)) or isinstance(metric, Observed):
        scope = None if scope in (THE_RUN, EVERYTHING) else scope
    return Criterion(
        metric,
        scope,
        draw(st.sampled_from(["<", "<=", ">", ">="])),
        limit,
        "",
        draw(whens) if metric.by_second else ALL,
        draw(st.sampled_from([None, 0.5, 0.9, 0.95, 0.999, 0.9999])),
    )


@same_every_time
@given(criteria())
def test_a_printed_criterion_reads_as_itself(criterion: Criterion) -> None:
    assert parse(str(criterion)) == criterion


FRAGMENTS = [
    *("p95", "p", "error", "rate", "achieved", "cpu", "service", "time", "all", "answers", "each"),
    *("share", "429", "in every", "for", "during", "after the first", "with", "confidence", "as"),
    *("the run", "10 s", "everything", "schedule delay", "network", "MB/s", "point estimate"),
    *("of", "Products", "endpoint", '"', ",", "at", "most", "<", ">=", "=", "below", "threshold"),
    *("50", "ms", "%", "/", "s", "target", "-", "nan", " ", "\n", "\t", "9" * 30, "\u017f", "é"),
]


@same_every_time
@given(st.text() | st.lists(st.sampled_from(FRAGMENTS)).map(" ".join))
def test_any_text_is_read_or_refused_as_a_bad_criterion(text: str) -> None:
    for endpoints in (None, [], ENDPOINTS):
        try:
            criterion = parse(text, endpoints)
        except BadCriterion:
            continue
        assert parse(str(criterion), endpoints) == criterion
