"""A file → a document, read in a process of its own; a document → its passages."""
