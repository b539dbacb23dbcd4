"""Errors that a reader of Wenju may meet: what happened, where, and what to do about it.

A caller's mistake is a `ValueError` instead.
"""

from __future__ import annotations


class RagError(Exception):
    """What went wrong, with the offending value in the message.

    Attributes:
        advice: What the reader can do, as a sentence or a command to type.
        retryable: True when the same call may succeed later without any change.
    """

    retryable = False

    def __init__(self, message: str, *, advice: str) -> None:
        super().__init__(message)
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.args[0]} → {self.advice}"


class NoDocuments(RagError):
    """The corpus folder is missing or holds no document that can be read."""


class UnreadableSource(RagError):
    """One file cannot be read: empty, binary, undecodable, of unknown type, scanned, damaged."""


class IndexMissing(RagError):
    """There is no index yet."""


class IndexDamaged(IndexMissing):
    """Files of the index are not what was written; what they hold can be made again."""


class IndexMismatch(RagError):
    """The index was made by another model, version or settings."""


class ModelUnavailable(RagError):
    """The embedding model cannot be had."""


class ExtensionUnavailable(RagError):
    """A part that the settings name is not installed."""


class StoreUnavailable(RagError):
    """The vector store that the settings name does not answer."""

    retryable = True


class StorageFailed(RagError):
    """The disk is full or the folder may not be written."""


class LoginRequired(RagError):
    """The page would be open to others without asking who they are."""


class NotHeld(RagError):
    """The library holds no such source, work or characters."""


class FetchFailed(RagError):
    """A web address may not be asked, does not answer, or answers with what cannot be read."""


class BackendFailed(RagError):
    """The chat model did not answer: no key, refused, timed out, cut off, unusable output.

    Attributes:
        code: Which of these, for a page that has a title and a remedy for each (`failure_…` of its texts).
    """

    def __init__(self, message: str, *, advice: str, code: str = "other") -> None:
        super().__init__(message, advice=advice)
        self.code = code


class BackendBusy(BackendFailed):
    """The chat model asks to come back later (429, 5xx, timeout)."""

    retryable = True


class UnusableQuestion(RagError, ValueError):
    """The question is empty or far too long."""
