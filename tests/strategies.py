"""What properties are tried on: hypothesis strategies, and how its tests run."""

from fractions import Fraction

from hypothesis import settings
from hypothesis import strategies as st

from ApiLoadLibrary.values import LONGEST_NS, Duration, Percent, Rate

same_every_time = settings(derandomize=True, deadline=None, max_examples=150)
"""The same examples in each run, however slow the machine is: a red test stays red."""

durations = st.builds(Duration, st.integers(0, LONGEST_NS) | st.integers(0, 10**12))

percents = st.builds(Percent, st.floats(0, 100))

counts = st.decimals("0.001", "1000000000", places=3).map(Fraction)

rates = st.builds(Rate, counts, durations.filter(lambda each: each.ns > 0))

nanoseconds = st.integers(0, 10**12) | st.integers(0, 3_000) | st.integers(0, 2**55)
"""Durations to record: everyday ones, tiny ones, and up to a year."""

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
"""What JSON may mean, small enough to read."""
