"""The fault proxy: what stands between load and server, and makes the line bad."""
