"""What was measured: plain data that the load wing writes and the judging wing reads."""
