"""Who may sign in: two environment variables, and what holds without them."""

from collections.abc import Mapping

from pos_api.errors import StartError

# No secret, --help prints them: good enough for a demonstration on the loopback address only.
DEFAULT_USERNAME, DEFAULT_PASSWORD = "till-1", "flat-white-please"


def read_credential(environment: Mapping[str, str], name: str, default: str) -> str:
    """The variable's value, or the default where it is not set.

    Raises:
        StartError: it is set but empty.
    """
    value = environment.get(name, default)
    if not value:
        raise StartError(f"{name} is set but empty; give it a value, or unset it for the default.")
    return value
