"""Rate limits: what is told of them, what they do, and which kind does it."""
