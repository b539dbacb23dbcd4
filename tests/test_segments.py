"""An index that was brought up to date is the one that would be built anew."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from conftest import QUICK

from rag.embedding.cache import CACHE
from rag.index import Index, open_index, segments_of
from rag.index.segments import Segment, worth_merging
from rag.indexing import build_index
from rag.retrieval import retrieve
from rag.settings import Settings

TOPICS = ("茶业", "港口", "橋樑", "铁路", "River")
SAID = (
    "林远舟在报告中说，{topic}的产量在{year}年增加了{part}%。",
    "“蓝湾倡议”（Blue Bay Initiative, BBI）於{year}年提出，涉及{topic}。",
    "蓝湾倡议（BBI）的第{part}次会议讨论了{topic}。",
    "The survey of {year} counted {part} species near the {topic}.",
    "{topic}管理局（以下简称“{topic}局”）于{year}年成立，由周岚任局长。",
    "海岸合作组织（CCO）支持{topic}，投资{part}亿元。",
    "海岸合作组织（Coastal Cooperation Organization）的总部迁往{topic}所在地。",
)
AUTHORS = ("林远舟", "周岚", "何以宁", "欧阳澄")
QUESTIONS = (
    "蓝湾倡议是哪一年提出的？",
    "BBI第几次会议讨论了港口？",
    "周岚任什么职务？",
    "How many species were counted?",
)
KINDS = (*["add"] * 3, *["remove"] * 2, "change")


def write(chance: random.Random, path: Path) -> None:
    topic, author = chance.choice(TOPICS), chance.choice(AUTHORS)
    lines = [
        f"{chance.choice(SAID)}".format(topic=topic, year=1990 + chance.randrange(30), part=chance.randrange(99))
        for _ in range(chance.randrange(1, 6))
    ]
    path.write_text(f"---\nauthor: {author}\n---\n\n# {topic}考\n\n" + "\n\n".join(lines) + "\n", "utf-8")


def a_library(chance: random.Random, folder: Path, count: int, index: str = "index") -> Settings:
    """Return the settings of a corpus of `count` documents that is not indexed yet."""
    settings = Settings(corpus=folder / "文献", index=folder / index, model=QUICK)
    settings.corpus.mkdir()
    settings.index.mkdir()
    for number in range(count):
        write(chance, settings.corpus / f"{number:02}.md")
    return settings


def change(chance: random.Random, corpus: Path) -> None:
    """Add, remove or change a document."""
    files = sorted(corpus.glob("**/*.md"))
    kind = chance.choice(KINDS)
    if kind == "remove" and len(files) > 3:
        chance.choice(files).unlink()
    elif kind == "change" and files:
        write(chance, chance.choice(files))
    else:
        folder = corpus / chance.choice(("", "甲", "乙"))
        folder.mkdir(exist_ok=True)
        write(chance, folder / f"文{chance.randrange(10**6)}.md")


def built_anew(settings: Settings, folder: Path) -> Index:
    """Return an index over the same corpus that knows none before, with the vectors of the same cache."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(settings.index / CACHE, folder)
    other = settings.model_copy(update={"index": folder})
    build_index(other)
    return open_index(other)


def check_alike(one: Index, two: Index, settings: Settings) -> None:
    assert list(one.passages) == list(two.passages)
    assert one.glossary == two.glossary
    assert (one.manifest.sources, one.manifest.counts) == (two.manifest.sources, two.manifest.counts)
    rows = np.arange(len(one.passages))
    assert (one.store.vectors(rows) == two.store.vectors(rows)).all()
    assert all((one.codes(row) == two.codes(row)).all() for row in rows.tolist())
    words = one.keywords.tokenizer.weighted("".join(QUESTIONS) + "林远舟何以宁海岸合作组织")
    assert words == two.keywords.tokenizer.weighted("".join(QUESTIONS) + "林远舟何以宁海岸合作组织")
    assert one.keywords.scores(words).tolist() == two.keywords.scores(words).tolist()
    assert all(one.document(source) == two.document(source) for source in one.sources())
    found, expected = (retrieve(QUESTIONS[0], 3, settings=settings, index=index) for index in (one, two))
    assert found.evidence == expected.evidence


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(2))
def test_any_updates_give_what_a_build_from_nothing_gives(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    settings = a_library(chance, tmp_path, 24, "索引#1")
    build_index(settings)
    shared = Counter[int]()
    for _ in range(4):
        for _ in range(chance.randrange(1, 3)):
            change(chance, settings.corpus)
        build_index(settings)
        index = open_index(settings)
        shared[len(segments_of(index.folder, index.manifest))] += 1
        check_alike(index, built_anew(settings, tmp_path / "新"), settings)
    assert max(shared) > 1  # else nothing was shared


def test_files_are_shared_and_not_read_again(tmp_path: Path) -> None:
    chance = random.Random(7)
    settings = a_library(chance, tmp_path, 40)
    first = settings.index / "generations" / build_index(settings).generation
    (settings.corpus / "添.md").write_text("# 添\n\n新添一篇。\n", "utf-8")
    second = settings.index / "generations" / build_index(settings).generation
    names = {path.name: path for path in first.iterdir() if path.name.endswith(("sqlite", "npy"))}
    assert len(names) == 4
    assert all(path.samefile(second / name) for name, path in names.items())


@pytest.mark.slow
def test_a_large_build_is_written_in_several_segments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(8)
    settings = a_library(chance, tmp_path, 12)
    with monkeypatch.context() as patched:
        patched.setattr("rag.index.segments.HELD", 4)
        patched.setattr("rag.index.segments.FULL", 10)
        build_index(settings)
        several = open_index(settings)
        sizes = [segment.size()[1] for segment in segments_of(several.folder, several.manifest)]
        assert len(sizes) > 2
        assert max(sizes) <= 10  # joined, as far as they may be
        assert all(one + other > 10 for one, other in itertools.pairwise(sizes))
        assert len(list(several.folder.glob("*.sqlite"))) == len(sizes)  # of what was joined nothing is left
        check_alike(several, built_anew(settings, tmp_path / "新"), settings)
        write(chance, settings.corpus / "添.md")
        build_index(settings)
        after = open_index(settings)
        before, now = ({s.name for s in segments_of(i.folder, i.manifest)} for i in (several, after))
        assert len(before - now) <= 1  # with a second one there would be too many
    check_alike(after, built_anew(settings, tmp_path / "一"), settings)


class Sized(Segment):
    """A segment whose size is told."""

    def size(self) -> tuple[int, int]:
        listed, held = self.name.split("/")
        return int(listed), int(held)


@pytest.mark.parametrize(
    ("sizes", "new", "merged"),
    [
        (["1000/1000"], 10, []),
        (["1000/1000", "40/40"], 10, ["40/40"]),
        (["2000/2000", "200/200", "40/40"], 10, ["40/40", "200/200"]),
        (["600/1000"], 10, ["600/1000"]),
        (["700/1000"], 0, []),
        (["0/1000"], 0, ["0/1000"]),
        (["40000/40000", "30000/30000"], 20_000, ["30000/30000"]),
    ],
)
def test_what_is_small_beside_the_new_or_much_waste_is_merged(sizes: list[str], new: int, merged: list[str]) -> None:
    segments = [Sized(Path(), size, frozenset()) for size in sizes]
    assert [segment.name for segment in worth_merging(segments, new)] == merged
