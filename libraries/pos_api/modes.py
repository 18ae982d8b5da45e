"""How well the payment provider is; known to it and to those who change it."""

MODES = ("ok", "slow", "broken")
LONGEST_DELAY_MS = 60_000
