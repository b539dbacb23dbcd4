"""Whether a statement is told of the states and bodies that a question names, or of others.

Input: a question and a passage that was read. Output: the same, with what is told of others not surely answering; the
names that are missing. Method: a party of the question stands neither in the passage nor above it, and another of its
kind is named there, before the statement ends. Of partners (the EU and Singapore) and of who holds an office it is the
statement that tells, or the last one before it that names a party: what the EU and Japan agreed on is another thing.
"""

from __future__ import annotations

from rag.comprehension.windows import heading_of
from rag.question import Question
from rag.question.things_named import words_that_compare
from rag.records import Evidence, Passage, Span
from rag.retrieval.odds import likelihood_of, with_likelihoods
from rag.text.language import search_form, split_statements
from rag.text.offices import asks_who_leads
from rag.text.parties import parties_in, parties_told

OTHER_PARTY_ODDS = -2.0  # at most, of what is told of another party
_OF_EACH = frozenset({"list", "comparison"})  # types of questions that one after the other may answer


def doubt_other_parties(item: Evidence, question: Question) -> Evidence:
    """Return the evidence in which no statement surely answers that is told of other parties than those asked about."""
    if not parties_in(question.asked):
        return item
    most = likelihood_of(OTHER_PARTY_ODDS)
    likelihoods = [
        most if likelihood > most and parties_missing(question, item.passage, span) else likelihood
        for span, likelihood in zip(item.statements, item.likelihoods, strict=False)
    ]
    return with_likelihoods(item, likelihoods)


def parties_missing(question: Question, passage: Passage, span: Span) -> tuple[str, ...]:
    """Return the parties of a question of which a statement does not tell but of others, as the question names them.

    The statement is the `span` of a passage. Where the question asks for a source, what another text says is no answer.
    """
    asked, above = parties_in(question.asked), f"{passage.source}\n{heading_of(passage)}\n"
    told = parties_told(above + passage.text) if asked else frozenset()
    of_each = not question.types.isdisjoint(_OF_EACH)
    if "source" in question.types or (of_each and not told.isdisjoint(asked)):
        return ()
    before = above + passage.text[: span[1]]
    if not of_each and (_names_partners(question.asked) or asks_who_leads(question.asked)):
        before = _last_naming(passage.text[: span[1]]) or above
        told = parties_told(above + before)
    kinds = {party.kind for party in parties_in(before).keys() - asked}
    return tuple(name for party, name in asked.items() if party not in told and party.kind in kinds)


def _last_naming(text: str) -> str:
    """Return the last statement of a text that names a party, if only by a character of it; else ""."""
    statements = (text[slice(*span)] for span in reversed(split_statements(text)))
    return next((statement for statement in statements if parties_told(statement)), "")


def _names_partners(question: str) -> bool:
    """Say whether a question names two parties that do something together: 欧盟与日本, its agreement with Japan."""
    form, names = search_form(question), [search_form(name) for name in parties_in(question).values()]
    words = words_that_compare()
    joins = tuple(words["and"] | words["with"] | {"-"})
    before = (form[: form.find(name)].rstrip(" ").removesuffix(" the") for name in names)
    return len(names) > 1 and any(text.endswith(joins) for text in before)
