from __future__ import annotations

from pathlib import Path

import pytest

from rag.errors import UnreadableSource
from rag.indexing.corpus import corpus_files
from rag.reading_room.library import add_file, namesake, pending_changes, remove_source, restore_source, safe_name

TEXT = "# 大桥\n\n总造价为12.5亿元，由省里出资。\n".encode()


def names(corpus: Path) -> list[str]:
    return [path.relative_to(corpus).as_posix() for path in corpus_files(corpus)]


def test_a_file_is_added_read_and_never_overwritten(tmp_path: Path) -> None:
    corpus = tmp_path / "文献"
    added = add_file(corpus, "大桥.md", TEXT)
    assert (added.source, added.duplicate) == ("大桥.md", False)
    assert added.document is not None
    assert "12.5亿元" in added.document.canonical
    other = add_file(corpus, "大桥.md", TEXT + "另一份。\n".encode())
    assert other.source == "大桥 (2).md"
    assert (corpus / "大桥.md").read_bytes() == TEXT
    assert names(corpus) == ["大桥 (2).md", "大桥.md"]


def test_a_revision_takes_the_place_of_the_old_file_which_is_kept_apart(tmp_path: Path) -> None:
    (tmp_path / "卷一").mkdir()
    (tmp_path / "卷一" / "大桥.md").write_bytes(TEXT)
    revised = TEXT + "修订：另加引桥。\n".encode()
    assert namesake(tmp_path, "大桥.MD", revised) == "卷一/大桥.md"
    assert namesake(tmp_path, "大桥.md", TEXT) == ""  # the same bytes are no revision
    assert namesake(tmp_path, "小桥.md", revised) == ""
    added = add_file(tmp_path, "大桥.md", revised, replaces="卷一/大桥.md")
    assert (added.source, names(tmp_path)) == ("卷一/大桥.md", ["卷一/大桥.md"])
    assert added.document is not None
    assert added.document.source.id == "卷一/大桥.md"
    assert (tmp_path / "卷一" / "大桥.md").read_bytes() == revised
    assert (tmp_path / ".removed" / "卷一" / "大桥.md").read_bytes() == TEXT


def test_a_revision_that_cannot_be_read_replaces_nothing(tmp_path: Path) -> None:
    add_file(tmp_path, "大桥.md", TEXT)
    with pytest.raises(UnreadableSource):
        add_file(tmp_path, "大桥.md", b"", replaces="大桥.md")
    assert (tmp_path / "大桥.md").read_bytes() == TEXT
    with pytest.raises(ValueError, match="not inside"):
        add_file(tmp_path, "大桥.md", TEXT + b"1", replaces="../外面.md")


def test_the_same_bytes_are_told_to_be_there(tmp_path: Path) -> None:
    add_file(tmp_path, "甲.md", TEXT)
    again = add_file(tmp_path, "乙.md", TEXT)
    assert (again.source, again.duplicate, again.document) == ("甲.md", True, None)
    assert names(tmp_path) == ["甲.md"]


@pytest.mark.parametrize(("name", "data"), [("空.md", b""), ("图.exe", b"MZ"), ("坏.pdf", b"%PDF-1.7 not really")])
def test_what_cannot_be_read_is_explained_and_not_kept(tmp_path: Path, name: str, data: bytes) -> None:
    with pytest.raises(UnreadableSource) as caught:
        add_file(tmp_path, name, data)
    assert caught.value.advice
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/大桥.md", "大桥.md"),
        ("C:\\文件\\大桥.md", "大桥.md"),
        ("..", "document"),
        (".隐藏.md", "隐藏.md"),
        ('\u202e<b>"x"\x00.md', "b x.md"),
        ("  a   b .txt ", "a b.txt"),
        ("", "document"),
        ("桥" * 300 + ".pdf", "桥" * 66 + ".pdf"),
        ("con.md", "_con.md"),
        ("LPT1.潮.txt", "_LPT1.潮.txt"),
        ("\udcb1报.md", "报.md"),
    ],
)
def test_safe_name(given: str, kept: str) -> None:
    assert safe_name(given) == kept


def test_removing_and_undoing(tmp_path: Path) -> None:
    add_file(tmp_path, "大桥.md", TEXT)
    kept = remove_source(tmp_path, "大桥.md")
    assert kept.read_bytes() == TEXT
    assert names(tmp_path) == []
    restore_source(tmp_path, "大桥.md")
    assert names(tmp_path) == ["大桥.md"]


@pytest.mark.parametrize("source", ["../外面.md", "没有.md"])
def test_nothing_outside_the_corpus_is_removed(tmp_path: Path, source: str) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (tmp_path / "外面.md").write_bytes(TEXT)
    with pytest.raises(ValueError, match=r"corpus|inside"):
        remove_source(corpus, source)
    assert (tmp_path / "外面.md").exists()


def test_without_an_index_all_files_are_new(tmp_path: Path) -> None:
    add_file(tmp_path, "大桥.md", TEXT)
    assert pending_changes(tmp_path, None).new == ("大桥.md",)
    assert not pending_changes(tmp_path / "没有", None)
