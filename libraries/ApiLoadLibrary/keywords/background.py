"""Keywords about load that goes on while the suite does something else."""

from __future__ import annotations

from robot.api.deco import keyword
from robot.api.types import KeywordArgument, KeywordName
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.session.acceptance import AcceptanceSession

from .sending import Sender, require_load_sentence

__all__ = ["Background"]


class Background:
    """What begins load, and ends it.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        self._session = session
        self._sender = sender

    @keyword(tags=["load"])
    def start_load(self, sentence: KeywordName, *arguments: KeywordArgument) -> str:
        """Begins what a load sentence sends, and lets the suite go on meanwhile.

        Any other keyword can be used while the load goes on: one that restarts a service, calls
        an administrator's URL, drives a browser, or sends other load.  Its result counts once it
        has ended: `Wait Until Load Ends`, or `Stop Load`.  What is still going on when the test
        that began it ends, is cut short.

        Args:
            sentence: A load sentence.
            arguments: Its arguments.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Start Load    Sustain 1000 Requests Per Minute On Products    duration=1 min
        Sleep    20 s    # or restart a service, call a URL, drive a browser …
        Wait Until Load Ends
        Verify Error Rate Below 1 %
        ```
        """
        require_load_sentence(sentence)
        with self._sender.beginning():
            return str(BuiltIn().run_keyword(sentence, *arguments))

    @keyword(tags=["load"])
    def wait_until_load_ends(self, load: str | None = None) -> None:
        """Waits until load that was begun with `Start Load` has ended by itself.

        Args:
            load: Its name or id; the one that was begun last unless given.

        Example:

        ```robotframework
        Wait Until Load Ends
        Wait Until Load Ends    Everyday load
        ```
        """
        found = self._session.background.find(load)
        with self._sender.logging() as watch:
            found.wait(watch)

    @keyword(tags=["load"])
    def stop_load(self, load: str | None = None) -> None:
        """Ends load that was begun with `Start Load`, now.

        What it has measured until now counts, as if it had been meant to end here; answers
        that are under way are waited for.

        Args:
            load: Its name or id; the one that was begun last unless given.

        Example:

        ```robotframework
        Start Load    Sustain 50 Requests Per Second On Products    duration=1 h
        Sleep    20 s    # or whatever takes as long as it takes
        Stop Load
        Verify P95 Below Threshold
        ```
        """
        found = self._session.background.find(load)
        with self._sender.logging():
            found.finish()
