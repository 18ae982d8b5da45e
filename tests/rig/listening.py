"""Where servers of the rig listen: on this machine alone, unless the rig says otherwise."""

import os

HOST = os.environ.get("RIG_HOST", "127.0.0.1")
