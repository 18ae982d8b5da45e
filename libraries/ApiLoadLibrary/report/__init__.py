"""The acceptance report: a document, its JSON, and the page that people read."""
