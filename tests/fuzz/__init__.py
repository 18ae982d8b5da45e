"""Foreign input, made up and damaged: each target draws one case and judges what becomes of it.

A target is a function of a `random.Random` and of nothing else.  Hypothesis hands it one that it
can shrink, a longer run one with a seed, and atheris one whose numbers are the bytes of its input.
"""
