"""What the server is started with: the command line and two environment variables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pos_api.arguments import DEFAULT_LIMIT, read_arguments
from pos_api.credentials import DEFAULT_PASSWORD, DEFAULT_USERNAME, read_credential
from pos_api.errors import StartError
from pos_api.faults import FaultSetting
from pos_api.operators import Network
from pos_api.quota import Quota


@dataclass(frozen=True)
class Settings:
    """Everything that can be set about one server process."""

    host: str = "127.0.0.1"
    port: int = 0
    database: Path | None = None
    delay_s: float = 0.0
    token_lifetime_s: int = 3600
    log_level: str = "info"
    stop_with_parent: bool = False
    limiter: str = "moving"
    limit: Quota = DEFAULT_LIMIT
    limit_burst: int | None = None
    provider_timeout_s: float = 0.5
    breaker: bool = True
    breaker_failures: int = 5
    breaker_open_s: float = 2.0
    payments_at_once: int = 64
    websocket_limit: int = 10_000
    operators: Network | None = None
    fault_control: bool = False
    faults: tuple[FaultSetting, ...] = ()
    username: str = DEFAULT_USERNAME
    password: str = field(default=DEFAULT_PASSWORD, repr=False)


def read_settings(arguments: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Settings from the command line and the environment.

    Raises:
        StartError: an argument or a variable will not do; the message says what would.
    """
    options = read_arguments(arguments)
    if options["limit_burst"] is not None and options["limiter"] != "bucket":
        raise StartError("--limit-burst is for --limiter bucket only; the others have no burst.")
    if options["provider_timeout_s"] >= options["breaker_open_s"]:
        raise StartError(
            "--provider-timeout must be shorter than --breaker-open, so that no call from before "
            "is taken for the probe."
        )
    return Settings(
        **options,
        username=read_credential(environment, "POS_API_USERNAME", DEFAULT_USERNAME),
        password=read_credential(environment, "POS_API_PASSWORD", DEFAULT_PASSWORD),
    )
