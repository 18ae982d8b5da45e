"""A small, real point-of-sale API: the reference system under test.

Start it with ``python -m pos_api --port 0``; it prints its address once it accepts connections.
"""

__version__ = "1.0.0"
