"""One acceptance session: what is configured, which runs were made, what was judged.

The only room that knows both wings.  It can be used from plain Python.
"""
