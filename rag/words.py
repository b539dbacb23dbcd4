"""The dictionary of Chinese words: jieba's, read once for all.

jieba keeps what it has read in the folder for temporary files that all users share, and believes what lies there:
whoever planted a file would choose the words, or run code. Here it lies in the project's own folder, which is its
user's alone. Entry point: `dictionary`. Callers: lexical, glossary, verification.
"""

from __future__ import annotations

import functools
import logging

import jieba

from rag.private_files import make_private
from rag.settings import cache_folder

jieba.setLogLevel(logging.WARNING)


@functools.cache
def dictionary() -> jieba.Tokenizer:
    """Return jieba's dictionary; words may not be added to it, since all share it.

    Raises:
        OSError: The folder for its cache cannot be made.
    """
    jieba.dt.tmp_dir = str(make_private(cache_folder()))
    jieba.dt.initialize()
    return jieba.dt
