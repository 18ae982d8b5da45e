"""`python -m ApiLoadLibrary`: what can be done with reports afterwards, without Robot Framework."""

import sys

from ApiLoadLibrary.session.command_line import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
