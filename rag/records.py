"""The values that pass between the stages: sources, articles, blocks, passages, evidence, citations, answers.

Every value is frozen. The span contract: a document has one canonical text, and for each article, block and
passage `canonical[start:end] == text` holds. Spans are half-open, in characters (code points) of that text.
Knows no other module of the package; a notebook has values drawn through its door.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, overload

if TYPE_CHECKING:
    import pandas

Span = tuple[int, int]
Language = Literal["zh", "en"]
LineKind = Literal["text", "paragraph", "heading", "table_row", "footnote", "caption", "code"]
BlockKind = Literal["heading", "paragraph", "table", "footnote", "caption"]
ArticleKind = Literal["article", "piece", "front_matter", "abstract", "news", "notice"]
PassageKind = Literal["body", "footnote", "table", "abstract", "metadata"]
Standing = Literal["supported", "partly", "not_found", "uncited"]
# An answer; what comes nearest without being likely enough; nothing near; a greeting or thanks, which ask nothing.
Ending = Literal["answer", "uncertain", "refusal", "courtesy"]


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may cost, each as the setting `read_…` tells it; what goes beyond is refused, and told so.

    The processor time is without that of a PDF, whose limit grows with its size; of recognition, what is left has its
    turn next time; a million characters a file may have in any case.
    """

    megabytes: int = 500
    seconds: int = 20
    memory_mb: int = 1000
    pages: int = 10_000
    lines: int = 400_000
    characters: int = 20_000_000
    passages: int = 40_000
    expansion: int = 200
    recognition_minutes: int = 120


@dataclass(frozen=True, slots=True)
class Line:
    """One line as a reader of a format delivers it."""

    text: str  # without its line break; a mark that the container itself calls a note mark is written `[^id]`
    # What the container says the line is; "text" when it says nothing (plain text, PDF). A "paragraph" is known to be
    # whole (Word, HTML), a "text" line may be a printed line of a longer paragraph; a "code" line keeps its white space
    # and stands in one block with its neighbours.
    kind: LineKind = "text"
    level: int = 0  # depth of a heading from 1; 0 for all else
    note: str = ""  # the id of a "footnote" line, as in `[^id]`; empty for all else
    # Whether parts of it, or what stands next to it, may belong to another column of the print, or it was recognised in
    # a picture with little confidence.
    order_uncertain: bool = False
    size: float = 0.0  # of its type, 1 for that of the running text; 0 where the container does not say


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Text of the file that is no reading matter (running head, page number, editor's line), and why it is left out."""

    kind: str
    text: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a container says of its document, apart from its text: `value`, on one line as the container has it.

    `field` is "title", "author" (one for each), "date", "doi", "journal" or "keyword" (one for each); `origin` tells
    where it stands, in words that a report shows: "OPF", "citation_* tags", "front matter".
    """

    field: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of lines."""

    number: int | None  # counts from 1 where the format has pages, else None
    label: str  # the printed number, or ""
    lines: tuple[Line, ...]  # what is read, in reading order
    # What the reader of the format left out of the lines: a stamp, a watermark, a comment, a menu.
    left_out: tuple[LeftOut, ...] = ()
    # Sentences for the reading report: what was not read here, why and how much it is; what was odd.
    remarks: tuple[str, ...] = ()
    said: tuple[Said, ...] = ()  # what the container says of the document; on the first page
    # How surely its text was recognised in a picture, 0..1; None for text of the file's own.
    recognised: float | None = None
    lost: str = ""  # characters that the file holds here and that stand in none of these, as the reader counted


@dataclass(frozen=True, slots=True)
class Source:
    """A file as the reader gave it: `id` is its path inside the corpus, with forward slashes."""

    id: str
    sha256: str
    format: str


@dataclass(frozen=True, slots=True)
class PageMark:
    """Where in the canonical text a page begins: physical `number` from 1, printed `label` or "".

    `recognised` tells how surely its text was recognised in a picture, 0..1; None for text of the file's own.
    """

    start: int
    number: int
    label: str
    recognised: float | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """One work inside a source. What the source does not print is empty (or None), never guessed.

    `parent` is the index of the article that holds this piece (a round table), or None.
    `work` is the title of the work that a brief or a translated abstract is about, else "".
    `date` is the day of publication as far as it is told (ISO 8601: 2024-03-01, 2024-03, 2024), `doi` without prefix.
    `origins` tells for each field that does not come from the printed page where it is from: (field, place).
    `reference` is what a library of literature or a web address says of it, as one object of CSL-JSON, else "".
    `imprint` are the lines of its head and end that are no text: 收稿日期：2021-03-05, 责任编辑：陈明远.
    """

    kind: ArticleKind
    title: str
    span: Span
    authors: tuple[str, ...] = ()
    affiliations: tuple[str, ...] = ()
    journal: str = ""
    year: int | None = None
    issue: str = ""
    pages: str = ""
    keywords: tuple[str, ...] = ()
    abstract: str = ""
    fund: str = ""
    classification: str = ""
    title_en: str = ""
    work: str = ""
    parent: int | None = None
    date: str = ""
    doi: str = ""
    origins: tuple[tuple[str, str], ...] = ()
    reference: str = ""
    imprint: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteMark:
    """A note mark of a block: `at` is the offset into the canonical text where it stood, `block` the note's index."""

    marker: str
    block: int
    at: int


@dataclass(frozen=True, slots=True)
class Block:
    """A heading, paragraph, table, footnote or caption of one article, with its section path and physical page.

    `uncertain` are the spans of the canonical text that were printed where columns or order cannot be told: what
    reaches into one of them may join words that do not belong together. Also what was recognised in a picture with
    little confidence, and may be misread.
    """

    kind: BlockKind
    text: str
    span: Span
    page: int | None
    article: int
    section: tuple[str, ...]
    notes: tuple[NoteMark, ...] = ()
    uncertain: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the text that a container holds, in shares (0..1) of its letters and digits."""

    letters: int  # how many letters and digits it holds; white space, punctuation and markup are not counted
    read: float  # share that stands in blocks
    left_out: tuple[tuple[str, float], ...]  # share of each kind of what was left out, the largest first
    lost: float  # share that stands nowhere
    added: float  # letters of the blocks that the container does not hold, as a share of those of the blocks


@dataclass(frozen=True, slots=True)
class Document:
    """A source as it was read.

    `remarks` are sentences for the reading report: what was joined, what looked odd. `account` is None for a document
    that was made without a file.
    """

    source: Source
    canonical: str
    pages: tuple[PageMark, ...]
    articles: tuple[Article, ...]
    blocks: tuple[Block, ...]
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...] = ()
    account: Account | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """What is retrieved: neighbouring blocks of one section of one article.

    Attributes:
        id: Made of source and span, so that a rebuild gives the same.
        source: Path of the source inside the corpus.
        text: `canonical[span[0]:span[1]]` of its source.
        span: Characters of the source's canonical text, end exclusive.
        kind: body, footnote, table, abstract or metadata (title, authors, affiliations, fund as printed).
        article: Index of its article in the document.
        title: The article's title, or "".
        authors: The article's authors as printed.
        year: The article's year of publication, or None.
        section: Headings from the outermost to the innermost, without the title.
        page: First page as printed, else its physical number, else "".
        language: Main language of the text.
        notes: Ids of the footnote passages that its sentences cite.
        noted: For a footnote, the id of the passage whose sentence bears its mark, else "".
        header: For a later part of a table, its header row, so that it is readable alone; else "".
        uncertain: Spans of `text` whose order or reading is uncertain, as `Block.uncertain`.
        recognised: Whether it was recognised in a picture.
    """

    id: str
    source: str
    text: str
    span: Span
    kind: PassageKind
    article: int
    title: str
    section: tuple[str, ...]
    page: str
    language: Language
    authors: tuple[str, ...] = ()
    year: int | None = None
    notes: tuple[str, ...] = ()
    noted: str = ""
    header: str = ""
    uncertain: tuple[Span, ...] = ()
    recognised: bool = False

    @property
    def work(self) -> tuple[str, int]:
        """(source, index of the article), as filters take it."""
        return self.source, self.article


def passage_id(source: str, span: Span) -> str:
    """Return the id of the passage of `source` at `span`: `path#start-end`."""
    return f"{source}#{span[0]}-{span[1]}"


class Shown:
    """What a notebook shows as HTML, in the language of the question, everything escaped."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from rag import write_cell  # by the door: what shows a value stands above it

        return write_cell(self)


class Tabular(Shown):
    """What is read row by row: what was found, and an answer."""

    __slots__ = ()

    def to_rows(self) -> list[dict[str, Any]]:
        """Return the rows, each with the same keys; see the class for which."""
        raise NotImplementedError

    def to_pandas(self) -> pandas.DataFrame:
        """Return the rows as a data frame.

        Raises:
            ImportError: pandas is not installed; it is told how to install it.
        """
        try:
            import pandas
        except ImportError as error:
            raise ImportError("to_pandas needs pandas: pip install pandas; to_rows does without") from error
        return pandas.DataFrame(self.to_rows())


_SCORE_DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Evidence(Shown):
    """A passage chosen for a question, with why it was chosen.

    Attributes:
        passage: The passage.
        score: 0..1, comparable between questions: how likely its best statement answers; 0 when it was not read.
        ranks: Rank from 1 in each leg that found it, by the leg's name.
        scores: Score in each leg and of the reranker, by name; higher is better, units differ.
        statements: The spans of the passage's statements (`language.split_statements`), in order.
        likelihoods: For each of them how likely it answers, 0..1; empty when the passage was not read.
        answers: For each of them the characters of `passage.text` that answer, or None.
    """

    passage: Passage
    score: float
    ranks: dict[str, int] = dataclasses.field(default_factory=dict)
    scores: dict[str, float] = dataclasses.field(default_factory=dict)
    statements: tuple[Span, ...] = ()
    likelihoods: tuple[float, ...] = ()
    answers: tuple[Span | None, ...] = ()

    @property
    def best_sentence(self) -> Span | None:
        """Span inside the text of the statement that most likely answers; None when the passage was not read."""
        return self.statements[self.likelihoods.index(max(self.likelihoods))] if self.likelihoods else None

    @property
    def answer(self) -> Span | None:
        """Span inside the text of the words of the best sentence that answer, or None."""
        return self.answers[self.likelihoods.index(max(self.likelihoods))] if self.answers else None

    @property
    def id(self) -> str:
        """The passage's id."""
        return self.passage.id

    @property
    def text(self) -> str:
        """The passage's text."""
        return self.passage.text

    @property
    def source(self) -> str:
        """Path of the source inside the corpus."""
        return self.passage.source

    @property
    def span(self) -> Span:
        """The passage's place in the source's canonical text."""
        return self.passage.span

    @property
    def title(self) -> str:
        """Title of the article, or ""."""
        return self.passage.title

    @property
    def section(self) -> tuple[str, ...]:
        """Headings from the outermost to the innermost."""
        return self.passage.section

    @property
    def page(self) -> str:
        """First page of the passage, or ""."""
        return self.passage.page

    def values(self) -> dict[str, Any]:
        """Return what the passage is and how well it fits, as JSON takes it; the score has four decimals."""
        return {
            "source": self.source,
            "title": self.title,
            "section": list(self.section),
            "page": self.page,
            "span": list(self.span),
            "score": round(self.score, _SCORE_DECIMALS),
        }


@dataclass(frozen=True, slots=True)
class Retrieval(Tabular, Sequence[Evidence]):
    """What was found for a question, best first; a sequence of its evidence, and a row for each.

    Attributes:
        question: As it was asked.
        understood: The question that was searched: it stands alone, without the conversation's history.
        evidence: Best first.
        expansions: Words that were added to the keyword leg, with weights in (0, 1].
        took_ms: Milliseconds spent on each step, by name.
    """

    question: str
    understood: str
    evidence: tuple[Evidence, ...]
    expansions: tuple[tuple[str, float], ...] = ()
    took_ms: dict[str, float] = dataclasses.field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.evidence)

    @overload
    def __getitem__(self, index: int) -> Evidence: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Evidence, ...]: ...
    def __getitem__(self, index: int | slice) -> Evidence | tuple[Evidence, ...]:
        return self.evidence[index]

    def __iter__(self) -> Iterator[Evidence]:
        return iter(self.evidence)

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for each passage: four fields of its own, then those of `Passage`.

        `rank` counts from 1, `score` is that of `Evidence`, 0..1, `sentence` and `answer` are the text of its best
        sentence and the words of it that answer, "" where there are none.
        """
        return [
            {
                "rank": rank,
                "score": item.score,
                "sentence": _cut(item.text, item.best_sentence),
                "answer": _cut(item.text, item.answer),
            }
            | dataclasses.asdict(item.passage)
            for rank, item in enumerate(self, 1)
        ]


def _cut(text: str, span: Span | None) -> str:
    return text[slice(*span)] if span else ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier turn of a conversation: `role` is who spoke, `content` what was said."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Citation:
    """[n] in an answer: the passage, and the exact characters in it that carry the sentence.

    Attributes:
        number: n, from 1: the passage's place in `Answer.evidence`.
        passage: Id of the passage.
        source: Path of the source inside the corpus.
        passage_span: Characters of the passage's text that carry the sentence; None when not located.
        source_span: The same characters in the source's canonical text; None when not located.
        page: The page on which these characters begin, as printed where it is printed; "" when there is none.
        field: The field of the work's record that the sentence rests on ("authors", "outline", …), else "". The
            characters are then where the field is printed; its `Article.origins` say where it is from otherwise.
    """

    number: int
    passage: str
    source: str
    passage_span: Span | None
    source_span: Span | None
    page: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an answer.

    Attributes:
        text: Without [n].
        start: Where it begins in `Answer.text`, in characters.
        standing: "supported", "partly", "not_found" or "uncited".
        reason: Why it stands so, a code that pages translate.
        citations: What it cites, in order.
        missing: Its figures, names and quotes that its passages do not hold.
        answer_span: Characters of `text` that answer the question (the figure, name, date, clause), or None.
    """

    text: str
    start: int
    standing: Standing
    reason: str
    citations: tuple[Citation, ...] = ()
    missing: tuple[str, ...] = ()
    answer_span: Span | None = None


@dataclass(frozen=True, slots=True)
class ResearchStep:
    """A step that a chat model did before the answer was written.

    `kind` is "rewrite" (a follow-up made to stand alone), "split" (into several questions) or "again" (other words).
    `questions` came of it, to be searched; none where it was left as it was, or nothing usable came. `tokens` are what
    it was asked and said, as the server counts them, else estimated.
    """

    kind: Literal["rewrite", "split", "again"]
    questions: tuple[str, ...]
    seconds: float
    tokens: int


@dataclass(frozen=True, slots=True)
class Research:
    """What a chat model did to find evidence, and how much of its budget it used; rounds are rounds of searching."""

    steps: tuple[ResearchStep, ...]
    rounds: int
    most_rounds: int
    most_tokens: int
    most_seconds: float
    exhausted: bool

    @property
    def tokens(self) -> int:
        """Tokens used by all steps."""
        return sum(step.tokens for step in self.steps)

    @property
    def seconds(self) -> float:
        """Seconds used by all steps."""
        return sum(step.seconds for step in self.steps)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A file that could not be read: its path in the corpus, why, and what to do."""

    source: str
    reason: str
    advice: str


@dataclass(frozen=True, slots=True)
class Answer(Tabular):
    """An answer whose every sentence can be checked; a row for each citation of each.

    Attributes:
        question: As it was asked.
        understood: The question that was searched.
        text: The answer with its [n], in Markdown that a page shows as plain text.
        sentences: The checked sentences of `text`, in order.
        evidence: Passages; [n] is `evidence[n - 1]`: the cited ones first, in the order in which they are cited.
        ending: How it ends: with an answer, as "uncertain", with a "refusal", or as a "courtesy".
        searched: The number of "sources", "articles" and "passages" that were searched, by these names.
        missing: Parts of the question that nothing was found for.
        backend: Who wrote the text.
        failure: What went wrong with the chosen backend and what to do, or "".
        struck: How many citations outside the evidence were struck from the text.
        took_ms: Milliseconds spent on each step, by name.
        failure_code: Which kind of failure (`errors.BackendFailed.code`), or "".
        thinking: What a chat model thought before it wrote: never checked, no part of the answer.
        research: What a chat model did to find evidence; None without one.
        unread: Files that the question names and that could not be read: the answer goes without them.
    """

    question: str
    understood: str
    text: str
    sentences: tuple[Sentence, ...]
    evidence: tuple[Evidence, ...]
    ending: Ending
    backend: str
    searched: dict[str, int] = dataclasses.field(default_factory=dict)
    missing: tuple[str, ...] = ()
    failure: str = ""
    struck: int = 0
    took_ms: dict[str, float] = dataclasses.field(default_factory=dict)
    failure_code: str = ""
    thinking: str = ""
    research: Research | None = None
    unread: tuple[Rejected, ...] = ()

    @property
    def refused(self) -> bool:
        """True when nothing is answered: nothing was near, or nothing was asked."""
        return self.ending in ("refusal", "courtesy")

    @property
    def uncertain(self) -> bool:
        """True when what is quoted comes nearest, and is not likely enough to be called an answer."""
        return self.ending == "uncertain"

    def to_rows(self) -> list[dict[str, Any]]:
        """Return a row for each citation of each sentence, and one for a sentence without any; a refusal has none.

        A row has the fields of `Sentence`, then those of `Citation` (None where there is none), and three more:
        `order` counts sentences from 1, `answer` is its words that answer, `quote` what carries it in the passage; ""
        where there are none.
        """
        return [
            {"order": order, "answer": _cut(sentence.text, sentence.answer_span)}
            | {name: value for name, value in dataclasses.asdict(sentence).items() if name != "citations"}
            | {field.name: getattr(citation, field.name, None) for field in dataclasses.fields(Citation)}
            | {"quote": _cut(self.evidence[citation.number - 1].text, citation.passage_span) if citation else ""}
            for order, sentence in enumerate(self.sentences, 1)
            for citation in sentence.citations or (None,)
        ]

    def as_json(self) -> dict[str, Any]:
        """Return the answer as values that `json.dumps` takes."""
        return dataclasses.asdict(self) | {"refused": self.refused, "uncertain": self.uncertain}


@dataclass(frozen=True, slots=True)
class Progress:
    """A step of a long task. `done` of `total` things (total 0: unknown); `stage` is a code that pages translate.

    `detail` is what the step is about: a file, a question, a backend; "" for most.
    """

    stage: str
    detail: str = ""
    done: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class TextPiece:
    """Characters that are being written, not yet checked: `text` is the next of the answer, or of `thinking`."""

    text: str
    thinking: bool = False
