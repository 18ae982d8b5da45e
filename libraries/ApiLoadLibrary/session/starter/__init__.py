"""The first suite of a new user, as files to be read and changed."""
