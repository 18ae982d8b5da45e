"""Everything behind the routes, put together."""

from pos_api.auth import SignIn, TokenAuthority
from pos_api.breaker import Breaker
from pos_api.catalogue import Catalogue
from pos_api.charging import Charging
from pos_api.counters import RequestCounters
from pos_api.faults import FaultControl, Faults
from pos_api.limiting import RateLimiter
from pos_api.load_runs import LoadRuns
from pos_api.open_banking import OpenBanking
from pos_api.operators import Operators
from pos_api.orders import Orders
from pos_api.payments import Payments
from pos_api.realtime import Realtime
from pos_api.settings import Settings
from pos_api.shedding import Gate
from pos_api.staff import Staff
from pos_api.status import Measured, Status
from pos_api.storage import Database


class Shop:
    """The parts of one server, each of which knows only those that it needs.

    Args:
        settings: what the server was started with.
        database: belongs to the shop from now on.
        provider: the payment provider's address.
        faults: what is wrong on purpose.
    """

    def __init__(
        self, settings: Settings, database: Database, provider: str, faults: Faults
    ) -> None:
        self._database = database
        self.counters = RequestCounters()
        self.authority = TokenAuthority(settings.token_lifetime_s, faults=faults)
        self.operators = Operators(settings.operators)
        self.sign_in = SignIn(settings.username, settings.password, self.authority)
        self.limiter = RateLimiter(settings.limiter, settings.limit, settings.limit_burst, faults)
        self.catalogue = Catalogue(database)
        self.staff = Staff(database)
        self.realtime = Realtime(self.authority, settings.websocket_limit, faults)
        self.orders = Orders(database, self.catalogue, self.staff, self.realtime.announce, faults)
        self.open_banking = OpenBanking(database)
        self.load_runs = LoadRuns(database, self.open_banking.forget_pictures)
        measured: dict[str, Measured] = {
            "limiter": self.limiter,
            "websocket": self.realtime.counts,
        }
        self._open_payments(settings, provider, faults, measured)
        self.status = Status(database, self.counters, measured)

    def _open_payments(
        self, settings: Settings, provider: str, faults: Faults, measured: dict[str, Measured]
    ) -> None:
        at_once = settings.payments_at_once
        self._charging = Charging(provider, settings.provider_timeout_s, at_once)
        breaker = Breaker(
            on=settings.breaker,
            failures=settings.breaker_failures,
            open_s=settings.breaker_open_s,
            faults=faults,
        )
        gate = Gate(at_once)
        self.payments = Payments(self._database, self._charging, breaker, gate, faults)
        self.control = FaultControl(faults, self._charging.set_mode, allowed=settings.fault_control)
        measured |= {"payments": gate, "breaker": breaker, "provider": self._charging}

    async def open(self) -> None:
        """Get ready, on the event loop that will be used."""
        await self._charging.open()
        await self.realtime.open()

    async def close(self) -> None:
        """Let everything go that was opened, the database too."""
        await self.realtime.close()
        await self._charging.close()
        self.open_banking.close()
        await self._database.close()
