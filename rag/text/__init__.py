"""What can be read from a string alone: scripts, sentences, words, numbers, dates, figures, names, labels.

Nothing in here knows a passage, a question or an answer.
"""
