"""A file → a document of passages, read in a process of its own."""
