"""What the children of `torture` are forked from: the dictionaries are loaded once, and no model is."""

from benchmarks import torture as torture
from rag.text.dictionary import is_english_word
from rag.text.words import dictionary

dictionary()
is_english_word("harbour")
