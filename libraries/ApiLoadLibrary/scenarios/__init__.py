"""Scenarios: what a load sentence asks for, as a plan for shards, and the run that comes of it."""
