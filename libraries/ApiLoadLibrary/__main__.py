"""`python -m ApiLoadLibrary`: how to begin, and what can be done with reports afterwards."""

import sys

from ApiLoadLibrary.session.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
