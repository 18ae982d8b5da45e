"""Servers whose truth is known: they count what they got and what they answered."""
