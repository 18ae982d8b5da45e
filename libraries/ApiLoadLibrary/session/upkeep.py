"""Keeps the tokens of one load run fresh, and says what became of the run where it could not."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.outcomes import Blame
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.monitor.episodes import News
from ApiLoadLibrary.scenarios.run import LoadRun
from ApiLoadLibrary.values import NS_PER_S

from .alarm import AlertDesk
from .users import Trouble, Users

__all__ = ["Upkeep"]


class Upkeep:
    """Hands new tokens to a load run while it lasts.

    Args:
        run: Sends as these users.
        users: None where nobody's token is sent.
        desk: Where it is left at once that a token could not be got again.
        mask: Takes secrets out of what servers say.
    """

    def __init__(
        self, run: LoadRun, users: Users | None, desk: AlertDesk, mask: Callable[[str], str]
    ) -> None:
        self._run = run
        self._users = users
        self._desk = desk
        self._mask = mask
        self._started = False
        self._troubles: list[Trouble] = []
        self._renewed_at: dict[int, float] = {}

    def begin(self) -> None:
        """The run is about to be started: that may take longer than a token lives."""
        if self._users is not None:
            self._users.join(self)

    def started(self) -> None:
        """The run has been started, with the tokens of its plan; some may be older than others."""
        self._started = True
        if self._users is not None:
            pairs = zip(self._run.plan.tokens, self._users.values(), strict=True)
            newer = {user: now for user, (had, now) in enumerate(pairs) if had != now}
            if newer:
                self._run.renew(newer)

    def end(self) -> None:
        """The run is over."""
        if self._users is not None:
            self._users.leave(self)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """See `Renewed`."""
        if self._started:
            self._run.renew(tokens)
        self._renewed_at.update(dict.fromkeys(tokens, time.monotonic()))

    def failed(self, trouble: Trouble) -> None:
        """See `Renewed`."""
        trouble = replace(trouble, words=self._mask(trouble.words))
        if not self._troubles:
            self._desk.leave(
                [News(True, f"{self._run.plan.name}: {_clause(trouble)}; it is tried again")]
            )
        self._troubles.append(trouble)

    def with_troubles(self, result: RunResult) -> RunResult:
        """The run's result with what there is to say of tokens that were not got again.

        Requests with a token that has run out are refused, and count as errors: rightly so where
        the server did not give another.  Where that was not its fault, the measurement cannot be
        trusted.
        """
        lapsed = [each for each in self._troubles if self._ran_out(each)]
        if not self._troubles:
            return result
        not_the_servers = [each for each in lapsed if each.blame is not Blame.SERVER]
        generator = result.generator
        if not_the_servers:
            reason = f"{self._sentence(not_the_servers)}; see why, and send the load again"
            generator = replace(generator, reasons=(*generator.reasons, reason), expired=True)
        alert = self._alert(lapsed)
        return replace(result, generator=generator, alerts=(*result.alerts, alert))

    def _ran_out(self, trouble: Trouble) -> bool:
        """Whether the token had run out before another one came, or the run was over."""
        renewed_at = self._renewed_at.get(trouble.user, 0.0)
        until = renewed_at if renewed_at > trouble.at_s else time.monotonic()
        return trouble.ran_out_at_s < until

    def _sentence(self, troubles: list[Trouble]) -> str:
        assert self._users is not None
        users = len({each.user for each in troubles})
        whose = "the token" if self._users.count == 1 else f"{users} of {self._users.count} tokens"
        return f"{_clause(troubles[0])}, and {whose} ran out"

    def _alert(self, lapsed: list[Trouble]) -> Alert:
        first, last = self._troubles[0], self._troubles[-1]
        start_s = self._run.start_ns / NS_PER_S
        renewed_at = self._renewed_at.get(last.user, 0.0)
        message = self._sentence(lapsed) if lapsed else f"{_clause(first)}; a later attempt did it"
        return Alert(
            what="sign-in",
            where=self._run.plan.name,
            start_s=max(0.0, first.at_s - start_s),
            end_s=renewed_at - start_s if renewed_at > last.at_s else None,
            peak=None,
            unit="",
            message=f"{message[0].upper()}{message[1:]}.",
        )


def _clause(trouble: Trouble) -> str:
    return f"a token could not be got again ({trouble.words.rstrip('.')})"
