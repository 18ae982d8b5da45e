"""``python -m pos_api``: start the server; exit code 2 when it cannot start."""

import os
import sys

from pos_api.errors import StartError
from pos_api.server import serve
from pos_api.settings import read_settings


def main() -> int:
    """Run the server until it is told to end; the exit code for the shell."""
    try:
        serve(read_settings(sys.argv[1:], os.environ))
    except StartError as error:
        sys.stderr.write(f"pos_api: {error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
