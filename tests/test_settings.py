from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from rag.errors import UnusableSettings
from rag.settings import Settings, problems_of


def test_the_environment_goes_before_the_file_and_arguments_before_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wenju.toml").write_text('corpus = "文件"\nindex = "索引"\n', encoding="utf-8")
    monkeypatch.setenv("WENJU_INDEX", "環境")
    settings = Settings(passage_max_chars=300)
    assert (settings.corpus, settings.index, settings.passage_max_chars) == (Path("文件"), Path("環境"), 300)


def test_a_misspelt_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_CORPSE", "文档")
    with pytest.raises(ValidationError, match=r"unknown environment variable WENJU_CORPSE; known are .*WENJU_CORPUS"):
        Settings()


def test_a_misspelt_key_of_the_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wenju.toml").write_text('corpsu = "文档"\n', encoding="utf-8")
    with pytest.raises(ValidationError, match="corpsu"):
        Settings()


def test_an_error_holds_no_hash_of_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_CORPSE", "文档")
    with pytest.raises(ValidationError) as caught:
        Settings(accounts={"lin": "$argon2id$v=19"})
    assert "argon2id" not in str(caught.value)


def test_a_key_in_the_file_is_refused_and_not_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wenju.toml").write_text('api_key = "sk-机密"\nevidence_count = "八"\n', encoding="utf-8")
    with pytest.raises(ValidationError) as caught:
        Settings()
    told = {name: wrong + given for name, wrong, given in problems_of(caught.value)}
    assert told["api_key"] == "there is no such setting; keys stand in the environment"
    assert told["evidence_count"].endswith("(given: '八')")
    assert "机密" not in str(caught.value)


@pytest.mark.parametrize(("key", "value"), [("passage_max_chars", 5), ("evidence_count", 0), ("timeout_s", -1)])
def test_a_value_out_of_range_is_refused(key: str, value: int) -> None:
    with pytest.raises(ValidationError, match=key):
        Settings(**{key: value})  # type: ignore[arg-type]


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Settings(corpus=Path("文档")).corpus = Path("别处")  # type: ignore[misc]


@pytest.mark.parametrize(
    "held",
    [b'corpus = "\xb3\xb1"', "store = 1".encode("utf-16"), b"a = " + b"[" * 100_000, b"read_lines = " + b"9" * 5000],
)
def test_a_file_that_is_none_is_told(held: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wenju.toml").write_bytes(held)
    with pytest.raises(UnusableSettings, match=r"wenju\.toml: "):
        Settings()


def test_a_file_may_begin_with_a_mark_of_its_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("wenju.toml").write_text('corpus = "文獻"\n', "utf-8-sig")
    assert Settings().corpus == Path("文獻")


@pytest.mark.parametrize("held", ["林,chen", "林， chen ,", '["林", "chen"]'])
def test_a_list_is_written_with_commas_or_as_json(held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_KEEPERS", held)
    assert Settings().keepers == ("林", "chen")


@pytest.mark.parametrize(
    ("name", "held"),
    [
        ("WENJU_KEEPERS", '["林"'),
        ("WENJU_KEEPERS", "[" * 100_000),
        ("WENJU_ACCOUNTS", "林"),
        ("WENJU_\udcff", "1"),
        ("WENJU_TIMEOUT_S", "nan"),
        ("WENJU_CORPUS", ""),  # which would be the working folder
        ("WENJU_INDEX", ""),
        ("WENJU_INDEX", "./corpus"),  # that of the documents
    ],
)
def test_a_variable_that_says_nothing_is_told(name: str, held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, held)
    with pytest.raises(ValidationError):
        Settings()
