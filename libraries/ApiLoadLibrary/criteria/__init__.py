"""Criteria: a small language, and verdicts that say how sure they are.

`grammar.parse` reads a criterion, `evaluation.evaluate` judges it on a load run,
`evaluation.measure` gives a metric's value without a verdict.
"""
