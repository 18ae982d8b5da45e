"""Thin Robot keywords by concern: each converts, calls the session, and logs."""
