"""Damage to what is kept: told with one remedy, never believed, mended."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from conftest import QUICK
from reading_matter import answer

from rag.embedding.cache import CACHE, EmbeddingCache
from rag.errors import IndexDamaged, ModelUnavailable
from rag.index import _load, generations, open_index
from rag.index.generations import BUILDER
from rag.indexing import build_index
from rag.indexing.repair import LOST, find_damage, repair
from rag.literature.corrections import CORRECTIONS, Corrections, read_corrections
from rag.private_files import _check_once, unsound_rows, write_private
from rag.reading_room.conversations import Conversations
from rag.reading_room.feedback import Feedback
from rag.reading_room.notebooks import KeptWork, Notebooks
from rag.records import Article, Progress
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent


def flip(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 1
    path.write_bytes(held)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def grow(path: Path) -> None:
    path.write_bytes(path.read_bytes() + "外".encode())


def empty(path: Path) -> None:
    path.write_bytes(b"")


def into_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def add_foreign(path: Path) -> None:
    path.with_name("来路不明.npy").write_bytes(b"?")


DAMAGES = [flip, cut, grow, empty, Path.unlink, into_a_folder, add_foreign]


@pytest.fixture(scope="module")
def two_generations(index_of: Callable[..., Settings]) -> Settings:
    """An index with a generation before the one in use."""
    settings = index_of({"船.md": "# 渡轮\n\n渡轮長四十二米，載客三百人。\n"})
    (settings.corpus / "港.md").write_text("# 港口\n\n港口於1921年開放。\n", "utf-8")
    build_index(settings)
    return settings


@pytest.fixture
def damaged_copy(two_generations: Settings, tmp_path: Path) -> Settings:
    settings = two_generations.model_copy(update={"corpus": tmp_path / "文献", "index": tmp_path / "index"})
    shutil.copytree(two_generations.corpus, settings.corpus)
    shutil.copytree(two_generations.index, settings.index)
    _load.cache_clear()
    return settings


def files_of(settings: Settings) -> list[str]:
    """What the files are called, without the name of their segment, which is a time."""
    return sorted(name_of(path) for path in generations.listed(settings.index)[0].folder.iterdir())


def name_of(path: Path) -> str:
    return re.sub(r"^[0-9T]+\.\d+\.", "", path.name)


def file_of(folder: Path, name: str) -> Path:
    [path] = folder.glob(f"*{name}")
    return path


@pytest.mark.slow
@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_any_damage_to_any_file_falls_back_is_told_and_mended(
    damaged_copy: Settings, damage: Callable[[Path], None]
) -> None:
    for name in files_of(damaged_copy):
        _load.cache_clear()
        newest, before = generations.listed(damaged_copy.index)
        damage(file_of(newest.folder, name))
        index = open_index(damaged_copy)
        assert index.folder == before.folder
        assert newest.folder.name in index.damage
        [found] = find_damage(damaged_copy.index)
        assert found.advice == "mend it: wenju doctor --repair"
        repair(damaged_copy)
        assert find_damage(damaged_copy.index) == []
        assert (open_index(damaged_copy).damage, len(open_index(damaged_copy).sources())) == ("", 2)
        if len(generations.listed(damaged_copy.index)) == 1:  # mended from one sound generation: make another
            (damaged_copy.corpus / f"添{name}.md").write_text("# 添\n\n又添一篇。\n", "utf-8")
            build_index(damaged_copy)
            (damaged_copy.corpus / f"添{name}.md").unlink()
            build_index(damaged_copy)


def test_a_large_file_is_read_on_opening_only_where_it_was_written_to(
    damaged_copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(generations, "HASHED_BYTES", 100)
    newest, before = generations.listed(damaged_copy.index)
    path = file_of(newest.folder, "vectors.npy")
    sound, state = path.read_bytes(), path.stat()
    flip(path)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))  # as a worn disk would: doctor reads all of it
    assert open_index(damaged_copy).damage == ""
    [found] = find_damage(damaged_copy.index)
    assert "vectors.npy has changed" in found.args[0]
    path.write_bytes(sound)
    assert find_damage(damaged_copy.index) == []
    flip(path)
    _load.cache_clear()
    assert open_index(damaged_copy).folder == before.folder


@pytest.mark.parametrize("damage", [empty, into_a_folder, lambda path: path.write_bytes("坏".encode())])
def test_a_damaged_list_of_generations_is_told_and_mended(
    damaged_copy: Settings, damage: Callable[[Path], None]
) -> None:
    damage(damaged_copy.index / "current")
    with pytest.raises(IndexDamaged):
        open_index(damaged_copy)
    repair(damaged_copy)
    assert len(open_index(damaged_copy).sources()) == 2


def test_a_bit_in_the_list_of_generations_is_harmless_or_told(damaged_copy: Settings) -> None:
    path = damaged_copy.index / "current"
    written = path.read_bytes()
    told = 0
    for place in range(len(written)):
        path.write_bytes(written[:place] + bytes([written[place] ^ 1]) + written[place + 1 :])
        try:
            told += bool(open_index(damaged_copy).damage)
        except IndexDamaged:
            told += 1
    assert told >= len(written) // 2
    repair(damaged_copy)
    assert find_damage(damaged_copy.index) == []


def test_files_that_changed_places_between_generations_are_noticed(damaged_copy: Settings) -> None:
    newest, before = generations.listed(damaged_copy.index)
    for name in ("sqlite", "glossary.json", "manifest.json"):
        a, b = file_of(newest.folder, name), file_of(before.folder, name)
        held = a.read_bytes()
        a.write_bytes(b.read_bytes())
        b.write_bytes(held)
    with pytest.raises(IndexDamaged):
        open_index(damaged_copy)
    repair(damaged_copy)
    assert len(open_index(damaged_copy).sources()) == 2


def test_a_changed_row_of_the_cache_is_computed_anew(damaged_copy: Settings) -> None:
    (damaged_copy.corpus / "第三.md").write_text("# 第三\n\n第三篇。\n", "utf-8")
    with sqlite3.connect(damaged_copy.index / CACHE) as connection:
        key, vector = connection.execute("SELECT key, vector FROM coded_vectors ORDER BY used DESC LIMIT 1").fetchone()
        worse = np.frombuffer(vector, np.float16).copy()
        worse[0] = np.nan
        connection.execute("UPDATE coded_vectors SET vector = ? WHERE key = ?", (worse.tobytes(), key))
        assert unsound_rows(connection) == 1
    [found] = find_damage(damaged_copy.index)
    assert "1 rows have changed" in found.args[0]
    shutil.rmtree(damaged_copy.index / "generations")  # else nothing but the new document is looked for
    (damaged_copy.index / "current").unlink()
    assert (
        build_index(damaged_copy).embedded == 2
    )  # the passages of the new document: the row was that of a text under its title
    with sqlite3.connect(damaged_copy.index / CACHE) as connection:
        assert unsound_rows(connection) == 0
        stored = connection.execute("SELECT vector FROM coded_vectors WHERE key = ?", (key,)).fetchone()[0]
    assert stored == vector


def test_a_model_that_gives_no_numbers_is_refused(tmp_path: Path) -> None:
    class Broken:
        name, dim = "坏模型", 4

        def encode_passages(self, texts: list[str]) -> list[object]:
            from rag.embedding import Encoded

            vector = np.full(4, np.nan, np.float32)
            return [Encoded(vector, vector[None]) for _ in texts]

    with EmbeddingCache(tmp_path / CACHE, Broken()) as cache, pytest.raises(ModelUnavailable, match="no numbers"):  # type: ignore[arg-type]
        cache.encode(["一"], lambda done, total: None)


@pytest.mark.slow
def test_the_same_documents_give_the_same_bytes(two_generations: Settings, tmp_path: Path) -> None:
    seen = set()
    for seed in ("1", "2"):
        index = tmp_path / seed
        code = (
            "import sys; from rag.indexing import build_index; from rag.settings import Settings; "
            "build_index(Settings(corpus=sys.argv[1], index=sys.argv[2]))"
        )
        subprocess.run(
            [sys.executable, "-c", code, str(two_generations.corpus), str(index)],
            env=os.environ | {"PYTHONHASHSEED": seed, "WENJU_MODEL": QUICK},
            cwd=PROJECT,
            check=True,
        )
        folder = generations.listed(index)[0].folder
        seen.add(
            tuple(
                (name_of(path), hashlib.sha256(path.read_bytes()).hexdigest())
                for path in sorted(folder.iterdir())
                if path.name != "manifest.json"
            )
        )
    assert len(seen) == 1


def test_a_generation_stays_while_it_is_open(damaged_copy: Settings) -> None:
    index = open_index(damaged_copy)
    for number in range(3):
        (damaged_copy.corpus / f"新{number}.md").write_text(f"# 新{number}\n\n第{number}篇新文。\n", "utf-8")
        build_index(damaged_copy)
    assert index.document("港.md").canonical.endswith("港口於1921年開放。")
    assert index.folder.exists()
    _load.cache_clear()
    del index
    (damaged_copy.corpus / "终.md").write_text("# 终\n\n终篇。\n", "utf-8")
    build_index(damaged_copy)
    assert len(list((damaged_copy.index / "generations").iterdir())) == 2


def test_who_waits_for_another_build_says_for_whom(damaged_copy: Settings) -> None:
    (damaged_copy.corpus / "候.md").write_text("# 候\n\n等候。\n", "utf-8")
    seen: list[Progress] = []
    waits = threading.Event()

    def second() -> None:
        def on_progress(progress: Progress) -> None:
            seen.append(progress)
            waits.set()

        build_index(damaged_copy, on_progress)

    thread = threading.Thread(target=second)

    def first(progress: Progress) -> None:
        if progress.stage == "writing":
            thread.start()
            assert waits.wait(20)

    build_index(damaged_copy, first)
    thread.join()
    assert seen[0].stage == "waiting"
    assert f"process {os.getpid()}" in seen[0].detail
    assert (damaged_copy.index / BUILDER).stat().st_mode & 0o777 == 0o600


def test_nobody_else_may_read_what_is_kept(damaged_copy: Settings) -> None:
    (damaged_copy.corpus / "私.md").write_text("# 私\n\n私人文件。\n", "utf-8")
    build_index(damaged_copy)
    folder = generations.listed(damaged_copy.index)[0].folder
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in (folder, folder.parent, damaged_copy.index)} == {0o700}
    assert (damaged_copy.index / CACHE).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_write_that_fails_leaves_the_file_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str
) -> None:
    path = tmp_path / "现用"
    write_private(path, "旧".encode())

    def fail(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, fail)
    with pytest.raises(OSError, match="space"):
        write_private(path, "新".encode())
    assert [one.name for one in tmp_path.iterdir()] == ["现用"]
    assert path.read_bytes() == "旧".encode()


def test_all_of_a_generation_is_on_the_disk_before_it_is_switched_to(
    damaged_copy: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (damaged_copy.corpus / "耐.md").write_text("# 耐\n\n經久耐用。\n", "utf-8")
    synced: list[str] = []
    at_switch: list[str] = []
    fsync, replace = os.fsync, os.replace

    def syncing(descriptor: int) -> None:
        fsync(descriptor)
        synced.append(os.path.basename(os.readlink(f"/proc/self/fd/{descriptor}")))

    def replacing(source: str, target: Path) -> None:
        if Path(target).name == "current":
            at_switch.extend(synced)
        replace(source, target)

    monkeypatch.setattr(os, "fsync", syncing)
    monkeypatch.setattr(os, "replace", replacing)
    build_index(damaged_copy)
    folder = generations.listed(damaged_copy.index)[0].folder
    drafts = [name for name in at_switch if name.startswith((".manifest.json-", ".current-"))]
    assert {path.name for path in folder.iterdir()} - {"manifest.json"} <= set(at_switch)
    assert len(drafts) == 2
    assert at_switch.index("generations") > max(
        at_switch.index(drafts[0]), at_switch.index(file_of(folder, "sqlite").name)
    )
    assert synced[-1] == "index"


@pytest.fixture
def kept_turns(damaged_copy: Settings) -> tuple[Settings, str]:
    """A store of conversations beside an index, and the id of one with 40 turns."""
    kept = Conversations(damaged_copy.index / "conversations.sqlite")
    identifier = kept.start()
    for number in range(40):
        kept.add(identifier, f"第{number}問：渡輪載客幾何？", None, f"載客三百人，第{number}次。" * 20)
    return damaged_copy, identifier


def test_a_changed_letter_of_a_conversation_is_told_and_the_other_turns_are_kept(
    kept_turns: tuple[Settings, str],
) -> None:
    settings, identifier = kept_turns
    path = settings.index / "conversations.sqlite"
    path.write_bytes(path.read_bytes().replace("載客三百人，第7次".encode(), "載客五百人，第7次".encode(), 1))
    with pytest.raises(IndexDamaged, match="damaged") as caught:
        Conversations(path).turns(identifier)
    assert "--repair" in caught.value.advice
    assert len(find_damage(settings.index)) == 1
    repair(settings)
    assert find_damage(settings.index) == []
    with sqlite3.connect(path) as connection:
        kept = dict(connection.execute("SELECT position, partial FROM turns"))
    assert sorted(kept) == list(range(40))
    turns = Conversations(path).turns(identifier)
    assert (turns[7].question, turns[7].partial, turns[8].question) == (LOST, "", "第8問：渡輪載客幾何？")
    assert set(kept[8].split("。")) == {"載客三百人，第8次", ""}
    assert list(settings.index.glob("conversations.sqlite.damaged-*"))


def test_a_changed_letter_of_anything_that_readers_keep_is_told(kept_turns: tuple[Settings, str]) -> None:
    settings, identifier = kept_turns
    index = settings.index
    Conversations(index / "conversations.sqlite", "林").prefer("base_url", "http://127.0.0.1:9/addr")
    Feedback(index / "feedback.sqlite").rate(identifier, 0, -1, answer(), "理由是甲")
    notebooks = Notebooks(index / "notebooks.sqlite")
    notebooks.create("簿名甲", [KeptWork("船.md", 0, "題名甲")])
    notebooks.tag(KeptWork("船.md", 0, "渡輪"), ["標籤甲"])
    notebooks.keep_note(answer(), "", "備註甲")
    Corrections(index / "corrections.sqlite").correct("船.md", 0, Article("article", "渡輪", (0, 9)), "title", "改題甲")
    opens = {"conversations": Conversations, "feedback": Feedback, "corrections": Corrections, "notebooks": Notebooks}
    written = ("第0問", "/addr", "理由是甲", "簿名甲", "題名甲", "標籤甲", "備註甲", "改題甲")
    places = {word: path for path in index.glob("*.sqlite") for word in written if _flipped(path, word)}
    assert sorted(places) == sorted(written)
    for path in set(places.values()):
        _check_once.cache_clear()
        with pytest.raises(IndexDamaged) as caught:
            opens[path.stem](path)
        assert "--repair" in caught.value.advice
    repair(settings)
    assert find_damage(index) == []
    _check_once.cache_clear()
    for path in set(places.values()):
        opens[path.stem](path)


def _flipped(path: Path, word: str) -> bool:
    """Change the last letter of a word wherever a database holds it; return whether it does."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = path.read_bytes()
    changed = bytearray(word.encode())
    changed[-1] ^= 1
    path.write_bytes(held.replace(word.encode(), bytes(changed)))
    return word.encode() in held


@pytest.mark.parametrize("name", ["conversations", "feedback", "corrections", "notebooks"])
@pytest.mark.parametrize("what", ["text", "another database", "a bad page"])
def test_a_readers_database_that_is_none_is_told_and_set_aside(
    kept_turns: tuple[Settings, str], name: str, what: str
) -> None:
    settings, _ = kept_turns
    path = settings.index / f"{name}.sqlite"
    opens = {"conversations": Conversations, "feedback": Feedback, "corrections": Corrections, "notebooks": Notebooks}
    opens[name](path)
    if what == "text":
        path.write_bytes("這不是資料庫，而是一篇文章。".encode() * 500)
    elif what == "another database":
        shutil.copy(next(generations.listed(settings.index)[0].folder.glob("*.sqlite")), path)
    else:
        held = path.read_bytes()
        path.write_bytes(held[:100] + b"\xff" * (len(held) - 100))
    _check_once.cache_clear()
    with pytest.raises(IndexDamaged):
        opens[name](path)
    repair(settings)
    assert find_damage(settings.index) == []
    opens[name](path)
    assert open_index(settings).damage == ""


def test_a_pipe_or_folder_in_the_place_of_a_file_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / generations.CURRENT)
    with pytest.raises(IndexDamaged, match="is no file"):
        generations.listed(tmp_path)
    (tmp_path / CORRECTIONS).mkdir()
    with pytest.raises(IndexDamaged, match="is no file"):
        read_corrections(tmp_path)
