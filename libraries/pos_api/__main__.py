"""``python -m pos_api``: start the server; exit code 2 when it cannot start."""

import os
import sys

from pos_api.errors import StartError
from pos_api.faults import Faults
from pos_api.provider_process import provider_process
from pos_api.settings import Settings, read_settings


def main() -> int:
    """Run the server until it is told to end; the exit code for the shell."""
    try:
        _serve(read_settings(sys.argv[1:], os.environ))
    except StartError as error:
        sys.stderr.write(f"pos_api: {error}\n")
        return 2
    return 0


def _serve(settings: Settings) -> None:
    faults = Faults()
    for fault in settings.faults:
        faults.change(fault)
    with provider_process(faults, controlled=settings.fault_control) as provider:
        # Importing the rest takes as long as the provider takes to start: both at a time.
        from pos_api.server import serve

        serve(settings, provider, faults)


if __name__ == "__main__":
    sys.exit(main())
