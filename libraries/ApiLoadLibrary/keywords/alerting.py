"""Alerts as they happen: on the console and in Robot's log."""

from __future__ import annotations

from collections.abc import Callable

from robot.api import logger

from ApiLoadLibrary.session.acceptance import AcceptanceSession

__all__ = ["tell_alerts"]


def tell_alerts(session: AcceptanceSession, before: Callable[[], None] = lambda: None) -> None:
    """Tell what has been found since the last call.

    To be called in Robot's own thread: what others log is dropped.

    Args:
        session: Whose load it is.
        before: Done once before anything is written.
    """
    for number, news in enumerate(session.desk.take()):
        if not number:
            before()
        text = session.mask(f"{news.text}.")
        if news.began:
            logger.warn(text)
        else:
            logger.info(text, also_console=True)
