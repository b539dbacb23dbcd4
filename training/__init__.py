"""Training of the comprehension model; nothing of it is needed to ask."""
