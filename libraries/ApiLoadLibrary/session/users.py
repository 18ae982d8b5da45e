"""Those who are signed in, and their tokens: got, and got again while load is sent as them.

There is one way to a token, for one user or thousands, before a load and under it: `_Turn`s are
taken from a queue by a few threads, each waits for the pace, and signs its user in.
"""

from __future__ import annotations

import heapq
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from ApiLoadLibrary.engine.limiter import RateLimiter
from ApiLoadLibrary.errors import ApiLoadError, ServerUnreachable, SignInFailed
from ApiLoadLibrary.measurement.outcomes import Blame
from ApiLoadLibrary.values import Rate

from .signin import Token

__all__ = ["AT_ONCE", "Renewed", "Trouble", "Users"]

AT_ONCE = 8
"""So many sign-ins are under way together, at most."""

LOOK_EVERY_S = 0.1
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 5.0
"""Between attempts that failed, doubled from one to the next."""

OUR_FAULT = range(400, 500)
SERVERS_FAULT = (408, 429)
"""Of those: statuses by which a server says that it cannot, not that it must not."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """A token could not be got again, at one attempt.

    Attributes:
        user: Whose, by number.
        at_s: When, on the monotonic clock.
        words: Why.
        blame: On whose side.
        ran_out_at_s: When the token that the user has runs out.
    """

    user: int
    at_s: float
    words: str
    blame: Blame
    ran_out_at_s: float


class Renewed(Protocol):
    """Somebody who sends as these users; called in any thread."""

    def renew(self, tokens: Mapping[int, str]) -> None:
        """These users have these tokens from now on."""
        ...

    def failed(self, trouble: Trouble) -> None:
        """A token could not be got again; it is tried once more."""
        ...


class Users:
    """Users by number, from 0, each with a token.

    Args:
        count: How many.
        ask: Gets a user's token, in whatever thread; None where nobody can.
        pace: How many sign in within a time, at most.
        found: Told of each token that was got.
        tokens: Those that are known already, by the user's number.
    """

    def __init__(
        self,
        count: int,
        ask: Callable[[int], Token] | None,
        pace: Rate,
        found: Callable[[Token], None],
        tokens: Mapping[int, Token] | None = None,
    ) -> None:
        self.count = count
        self._ask = ask
        self._pace = pace
        self._limiter = RateLimiter(pace)
        self._found = found
        self._tokens = dict(tokens or {})
        self._renewal: _Renewal | None = None
        self._lock = threading.Lock()

    @property
    def renewable(self) -> bool:
        """Whether they can sign in again."""
        return self._ask is not None

    @property
    def first(self) -> Token:
        """The first user's token."""
        return self._tokens[0]

    def values(self) -> tuple[str, ...]:
        """All tokens, in the order of their users."""
        return tuple(self._tokens[user].value for user in range(self.count))

    def due(self) -> list[int]:
        """Who has no token, or one that is to be got again by now."""
        now = time.monotonic()
        return [user for user in range(self.count) if self._is_due(user, now)]

    def _is_due(self, user: int, now: float) -> bool:
        token = self._tokens.get(user)
        return token is None or (token.due_at is not None and token.due_at <= now)

    def sign_in(self) -> None:
        """Sign in who is due, and wait for it.

        Raises:
            ServerUnreachable: One of them got no answer; no more were sent.
            SignInFailed: One of them got no token, or tokens do not live long enough.
        """
        if not self.renewable:
            return
        turns = _Turns((0.0, user) for user in self.due())
        failed: list[Exception] = []

        def sign_in(user: int) -> None:
            try:
                self._require_time(self.renew(user))
            except Exception as error:  # noqa: BLE001 - raised again by who waits
                failed.append(error)
                turns.end()

        try:
            threads = turns.taken_by(sign_in, until_empty=True)
            while any(each.is_alive() for each in threads) and not failed:
                time.sleep(LOOK_EVERY_S if self.count > 1 else 0.005)
        finally:
            turns.end()
        if failed:
            raise failed[0]

    def renew(self, user: int) -> Token:
        """Get a token for this user at the next moment that the pace allows.

        Raises:
            ServerUnreachable: No answer came.
            SignInFailed: There was no token in it.
        """
        assert self._ask is not None
        self._limiter.acquire()
        token = self._ask(user)
        self._found(token)
        self._tokens[user] = token
        return token

    def _require_time(self, token: Token) -> None:
        """Tokens must outlive the time in which all users sign in, or none lasts."""
        needed_s = self.count / float(self._pace.per_second)
        if self.count > 1 and token.due_at is not None and needed_s > token.due_at - token.got_at:
            raise SignInFailed(
                f"Tokens live {token.life_s:.0f} s, and {self.count:,} users who sign in at "
                f"{self._pace} take {needed_s:.0f} s: sign in faster with rate=, or fewer users."
            )

    # While load is sent as them.

    def join(self, who: Renewed) -> None:
        """Keep the tokens fresh from now on, and tell of each new one."""
        if not self.renewable:
            return
        with self._lock:
            if self._renewal is None:
                self._renewal = _Renewal(self)
            self._renewal.listeners.append(who)

    def leave(self, who: Renewed) -> None:
        """Tell it no more; without anybody to tell, tokens are left as they are."""
        with self._lock:
            renewal = self._renewal
            if renewal is None or who not in renewal.listeners:
                return
            renewal.listeners.remove(who)
            if not renewal.listeners:
                renewal.end()
                self._renewal = None

    def turns(self) -> Iterable[tuple[float, int]]:
        """When each user is due, of those whose tokens run out."""
        dues = ((self._tokens[user].due_at, user) for user in range(self.count))
        return [(due, user) for due, user in dues if due is not None]

    def token_of(self, user: int) -> Token:
        """The token that this user has now."""
        return self._tokens[user]


class _Turns:
    """Users in the order of the moments at which they are due; shared between threads."""

    def __init__(self, turns: Iterable[tuple[float, int]]) -> None:
        self._heap = list(turns)
        heapq.heapify(self._heap)
        self._changed = threading.Condition()
        self._ended = False

    def taken_by(
        self, take: Callable[[int], None], *, until_empty: bool = False
    ) -> list[threading.Thread]:
        """Threads that take one turn after the other, until the end; daemons, since an answer
        may take long and nobody is to wait for it then."""

        def work() -> None:
            while (user := self._next(until_empty=until_empty)) is not None:
                take(user)

        threads = [
            threading.Thread(target=work, daemon=True, name="sign-in")
            for _ in range(min(AT_ONCE, len(self._heap)))
        ]
        for each in threads:
            each.start()
        return threads

    def add(self, due_at: float, user: int) -> None:
        """The user is due once more."""
        with self._changed:
            heapq.heappush(self._heap, (due_at, user))
            self._changed.notify()

    def end(self) -> None:
        """No more turns."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def _next(self, *, until_empty: bool) -> int | None:
        with self._changed:
            while not self._ended and (self._heap or not until_empty):
                wait_s = self._heap[0][0] - time.monotonic() if self._heap else None
                if wait_s is not None and wait_s <= 0:
                    return heapq.heappop(self._heap)[1]
                self._changed.wait(wait_s)
        return None


class _Renewal:
    """Gets tokens again, each before it runs out, and tells those who send with them."""

    def __init__(self, users: Users) -> None:
        self.listeners: list[Renewed] = []
        self._users = users
        self._failed_in_a_row: dict[int, int] = {}
        self._turns = _Turns(users.turns())
        self._turns.taken_by(self._renew)

    def end(self) -> None:
        """Get no more; what is under way is still kept."""
        self._turns.end()

    def _renew(self, user: int) -> None:
        try:
            token = self._users.renew(user)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told and tried again
            self._tell(self._trouble(user, error))
            failures = self._failed_in_a_row[user] = self._failed_in_a_row.get(user, 0) + 1
            pause_s = min(FIRST_PAUSE_S * 2 ** min(failures - 1, 9), LONGEST_PAUSE_S)
            self._turns.add(time.monotonic() + pause_s, user)
            return
        self._failed_in_a_row.pop(user, None)
        for each in tuple(self.listeners):
            each.renew({user: token.value})
        if token.due_at is not None:
            self._turns.add(token.due_at, user)

    def _tell(self, trouble: Trouble) -> None:
        for each in tuple(self.listeners):
            each.failed(trouble)

    def _trouble(self, user: int, error: Exception) -> Trouble:
        words = str(error) if isinstance(error, ApiLoadError) else type(error).__name__
        ran_out = self._users.token_of(user).expires_at
        assert ran_out is not None  # else it would not have been due
        return Trouble(user, time.monotonic(), words, _blame(error), ran_out)


def _blame(error: Exception) -> Blame:
    """Who it was that a token was not got again for."""
    if isinstance(error, SignInFailed):
        ours = error.status in OUR_FAULT and error.status not in SERVERS_FAULT
        return Blame.GENERATOR if ours else Blame.SERVER
    if isinstance(error, ServerUnreachable):
        return Blame.SERVER if error.in_vain else Blame.NETWORK
    return Blame.GENERATOR
