"""Whether a statement is told of the states and bodies that a question names, or of others; by whom a message is.

Input: a question and a passage that was read. Output: the same, with what is told of others not surely answering.
Method: a party of the question stands neither in the passage nor above it, and another of its kind is named there. Of
partners (the EU and Singapore) and of who holds an office the last statement that names a party tells.
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.question import Question
from rag.question.things_named import words_that_compare
from rag.reading.chunking import heading_of
from rag.records import Evidence, Passage, Span
from rag.retrieval.odds import likelihood_of, odds_of, with_likelihoods, with_odds
from rag.text.language import search_form, split_at, split_statements
from rag.text.offices import asks_who_leads
from rag.text.parties import parties_in, parties_told
from rag.vocabulary import words_of

OTHER_PARTY_ODDS = -2.0  # at most, of what is told of another party
OTHER_SENDER_ODDS = 4.0  # against what another wrote
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


def doubt_other_senders(evidence: Sequence[Evidence], question: Question) -> list[Evidence]:
    """Return the evidence with messages of others believed less where a thread has one of whom the question names."""
    senders = [_sender_of(item.passage) for item in evidence]
    named = {
        (item.source, sender)
        for item, sender in zip(evidence, senders, strict=True)
        if sender and search_form(sender) in search_form(question.text)
    }
    sources = {source for source, _ in named}
    return [
        with_odds(item, [one - OTHER_SENDER_ODDS for one in odds])
        if sender and item.source in sources and (item.source, sender) not in named
        else item
        for item, sender, odds in zip(evidence, senders, odds_of(evidence), strict=True)
    ]


def _sender_of(passage: Passage) -> str:
    """Return who wrote the older message in which a passage stands: 林若水 of 发件人: 林若水 <lin@harbour.example>."""
    label, _, sender = "".join(passage.section[-1:]).replace("：", ":").partition(":")
    is_sender = search_form(label) in map(search_form, words_of("mail_fields", "from"))
    return split_at(sender, "<(（[")[0].strip() if is_sender else ""


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
        # The last statement that names a party, if only by a character of it.
        statements = (passage.text[slice(*one)] for one in reversed(split_statements(passage.text[: span[1]])))
        before = next((statement for statement in statements if parties_told(statement)), above)
        told = parties_told(above + before)
    kinds = {party.kind for party in parties_in(before).keys() - asked}
    return tuple(name for party, name in asked.items() if party not in told and party.kind in kinds)


def _names_partners(question: str) -> bool:
    """Say whether a question names two parties that do something together: 欧盟与日本, its agreement with Japan."""
    form, names = search_form(question), [search_form(name) for name in parties_in(question).values()]
    words = words_that_compare()
    joins = tuple(words["and"] | words["with"] | {"-"})
    before = (form[: form.find(name)].rstrip(" ").removesuffix(" the") for name in names)
    return len(names) > 1 and any(text.endswith(joins) for text in before)
