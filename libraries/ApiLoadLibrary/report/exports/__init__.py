"""A document in the formats of other tools, one module each: text in, nothing written here."""
