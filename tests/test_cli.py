"""Each command of `wenju` as a person types it, and each error as a person reads it."""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import PROJECT, largest_file, write_corpus
from harbour import BRIDGE, DOCUMENTS, FISH, PORT
from reading_matter import answer, courtesy, from_table, other_page, refusal, uncertain
from rich.console import Console

from rag import cli
from rag.indexing import build_index, watching
from rag.reading_room import addresses
from rag.reading_room.fetching import Fetched
from rag.records import Answer
from rag.settings import Settings


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind; `out` and `err` without the line breaks that the width of a terminal makes."""

    code: int
    printed: str
    out: str
    err: str


Wenju = Callable[..., Ran]


@pytest.fixture
def wenju(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Wenju:
    """Run a command line in a folder without settings."""
    for name in [name for name in os.environ if name.startswith("WENJU_") and name != "WENJU_CACHE"]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr(sys, "argv", ["wenju", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        printed, told = capsys.readouterr()
        assert "Traceback" not in printed + told
        return Ran(code, printed, folded(printed), folded(told))

    return run


def folded(text: str) -> str:
    return re.sub(r"\s+", "", text)


def refused(ran: Ran, message: str, advice: str, code: int = 1) -> None:
    """An error is what happened and what to do, on the error stream, with a code that says so."""
    assert ran.code == code
    assert f"✗{folded(message)}" in ran.err
    assert "→" in ran.err
    assert folded(advice) in ran.err.partition("→")[2]


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


def places(settings: Settings) -> tuple[str, Path, str, Path]:
    return "--corpus", settings.corpus, "--index", settings.index


def test_index_says_what_it_did(wenju: Wenju, small_corpus: Settings) -> None:
    (small_corpus.corpus / "空.txt").write_bytes(b"")
    first = wenju("index", *places(small_corpus))
    assert first.code == 0
    assert re.search(r"✓3documents文档,\d+passages段落,\d+embedded新嵌入", first.out)
    assert "!空.txt:空.txt:thefileisempty→Removeit" in first.err
    second = wenju("index", *places(small_corpus))
    assert "nothingchanged无变化" in second.out


def test_search_prints_passages(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("search", "南江大桥什么时候开工？", "-k", 2, *places(harbour))
    assert ran.code == 0
    assert ran.out.startswith("[1]南江大桥的建设›造价")
    assert "南江大桥于2019年5月开工" in ran.out
    assert "[2]" in ran.out
    assert "[3]" not in ran.out


def test_search_explains_itself(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("search", "How much tea was exported?", "--explain", *places(harbour))
    assert ran.out.startswith("understoodHowmuchteawasexported?added")
    assert "茶叶1.00" in ran.out
    assert "dense#1" in ran.out
    assert re.search(r"late-?\d\.\d{3}", ran.out)
    assert "'embedded':" in ran.out
    assert "茶叶.md#42-70" in ran.out


def test_search_as_json(wenju: Wenju, harbour: Settings) -> None:
    found = json.loads(wenju("search", "南江大桥什么时候开工？", "-k", 3, "--json", *places(harbour)).printed)
    assert len(found) == 3
    assert (found[0]["source"], found[0]["title"], found[0]["section"]) == (BRIDGE, "南江大桥的建设", ["造价"])
    start, end = found[0]["best_sentence"]
    assert "2019年5月开工" in found[0]["text"][start:end]
    assert found[0]["id"] == f"{BRIDGE}#{found[0]['span'][0]}-{found[0]['span'][1]}"
    assert found[0]["ranks"]["keyword"] == 1


@pytest.mark.parametrize("k", [0, 51])
def test_search_refuses_a_count_out_of_range(wenju: Wenju, harbour: Settings, k: int) -> None:
    assert wenju("search", "桥", "-k", k, *places(harbour)).code == 2


def test_ask_prints_the_answer_with_its_standing_and_places(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("ask", "How many species of fish did the survey count?", *places(harbour))
    assert ran.code == 0
    assert "43speciesoffishintheNanjiang(南江).[1]" in ran.out
    assert "✓Theriversurveyof2018counted43spec…wordforwordinthesource" in ran.out
    assert "[1]Theriversurvey›Species" in ran.out


def test_ask_as_json(wenju: Wenju, harbour: Settings) -> None:
    given = json.loads(
        wenju("ask", "How many species of fish did the survey count?", "--json", *places(harbour)).printed
    )
    assert given["backend"] == "extractive"
    assert (given["ending"], given["refused"], given["uncertain"]) == ("answer", False, False)
    assert given["sentences"][0]["standing"] == "supported"
    assert given["sentences"][0]["citations"][0]["source"] == FISH


def test_ask_refuses_with_what_was_searched_and_the_nearest_passages(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("ask", "火星上有多少人口？", *places(harbour))
    assert ran.code == 0
    assert ran.out.startswith("所给材料没有回答这个问题")
    assert "searched已检索:5sources,5articles,15passages" in ran.out
    assert "[3]" in ran.out


def colours(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """Let the command line print to a terminal with colours."""
    written = io.StringIO()
    console = Console(file=written, force_terminal=True, color_system="standard", width=100, highlight=False)
    monkeypatch.setattr(cli, "out", console)
    return written


def test_the_terminal_marks_the_words_that_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    written = colours(monkeypatch)
    cli._print_answer(answer())
    text = written.getvalue()
    assert "南江大桥的总造价为\x1b[1;32m12.5亿元\x1b[0m。\x1b[36m[1]\x1b[0m" in text
    assert "- \x1b[1m注意\x1b[0m：" in text
    plain = re.sub(r"\x1b\[[\d;]*m", "", text)
    assert "[1] 南江大桥 › 一、造价 › p. 21\n" in plain
    assert "also consulted 另外查阅了: 南江大桥 › 一、造价 › Footnote › p. 21" in plain


def test_each_ending_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    def printed(made: Answer) -> str:
        cli._print_answer(made)
        return capsys.readouterr().out

    unsure = printed(uncertain())
    assert unsure.startswith("? 不能确定，最接近的是：\n南江大桥的总造价为12.5亿元，由省里出资。[1]\n")
    assert "! not in the passages 所引段落未提到: 北江大桥" in unsure
    assert "searched" not in unsure
    refused = printed(refusal())
    assert refused.startswith("所给材料没有回答这个问题。最接近的段落：[1][2]\nsearched 已检索: 1 sources")
    assert "[2] 南江大桥 › 一、造价\n" in refused
    assert printed(courtesy()) == "您好！请就文档中的内容提问。\n"
    assert "[1] 南江大桥 › 一、造价 › p. 22\n" in printed(other_page())


def test_a_table_is_drawn_in_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    written = colours(monkeypatch)
    cli._print_answer(from_table())
    text = written.getvalue()
    assert "\x1b[1;32m8.4\x1b[0m" in text
    lines = [line.split() for line in re.sub(r"\x1b\[[\d;]*m", "", text).splitlines()]
    assert ["年份", "亿元"] in lines
    assert ["2020", "8.4[1]"] in lines


def test_ask_tells_of_a_backend_that_failed(wenju: Wenju, harbour: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("WENJU_BACKEND", "openai:gpt-test")
    ran = wenju("ask", "南江大桥什么时候开工？", *places(harbour))
    assert ran.code == 0
    assert "OPENAI_API_KEY" in ran.err
    assert "2019年5月开工" in ran.out


def test_sources_lists_articles(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("sources", *places(harbour))
    assert ran.code == 0
    for said in ("南江大桥的建设", "陈一航", "2023", "Theriversurvey"):
        assert any(part in ran.out for part in (said, said[:6]))


def test_a_bibliography_in_each_style(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("bibliography", *places(harbour))
    assert ran.code == 0
    assert "南江大桥的建设[" in ran.out
    listed = json.loads(wenju("bibliography", "--style", "csl", *places(harbour)).printed)
    bridge = next(item for item in listed if item["title"].startswith("南江大桥的建设"))
    assert bridge["issued"] == {"date-parts": [[2019]]}
    assert {"literal": "林小河"} in bridge["author"]
    refused(wenju("bibliography", "--style", "甲", *places(harbour)), "there is no style '甲'", "choose one of gbt7714")


def test_the_reading_report_of_a_source(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("sources", "--report", PORT, *places(harbour))
    assert ran.code == 0
    assert "海湾港口的扩建" in ran.out
    refused(
        wenju("sources", "--report", "没有.md", *places(harbour)),
        "there is no source '没有.md'",
        "choose one of river.md",
    )


def test_parse_reads_one_file(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("parse", harbour.corpus / PORT)
    assert "海湾港口的扩建" in ran.out
    document = json.loads(wenju("parse", harbour.corpus / PORT, "--json").printed)
    assert document["source"] == PORT
    assert document["articles"][0]["authors"] == ["陈一航"]
    (note,) = [block for block in document["blocks"] if block["kind"] == "footnote"]
    start, end = note["span"]
    assert document["canonical"][start:end] == note["text"]


def test_parse_refuses_what_it_cannot_read(wenju: Wenju, tmp_path: Path) -> None:
    refused(wenju("parse", "没有.md"), "there is no file 没有.md", "check the path")
    (tmp_path / "录音.mp3").write_bytes(b"ID3")
    refused(wenju("parse", "录音.mp3"), "录音.mp3: no reader for files ending in .mp3", "Convert it to one of")


def test_glossary_prints_what_was_mined(wenju: Wenju, tmp_path: Path, bank: Path) -> None:
    text = "南江区域合作组织（Nanjiang Cooperation Organisation, NCO）成立于2001年。NCO的秘书处设在海湾镇。"
    given = write_corpus(tmp_path, {"组织.md": f"# 组织\n\n{text}\n"}, bank)
    build_index(given)
    ran = wenju("glossary", *places(given))
    assert ran.code == 0
    assert "NCO" in ran.out
    assert "合作组织" in ran.out


QUESTIONS = [
    {"id": "甲-1", "question": "南江大桥什么时候开工？", "gold": [{"doc": "000"}], "history": []},
    {
        "id": "甲-2",
        "question": "它有多长？",
        "gold": [{"doc": "000"}],
        "history": [{"role": "user", "content": "南江大桥什么时候开工？"}],
    },
]


@pytest.fixture
def numbered(tmp_path: Path, bank: Path) -> tuple[Path, Settings]:
    """A file of questions, and a corpus whose names begin with the numbers that the questions know."""
    given = write_corpus(tmp_path, {"000-桥.md": DOCUMENTS[BRIDGE], "001-港.md": DOCUMENTS[PORT]}, bank)
    file = tmp_path / "问题.jsonl"
    file.write_text("\n".join(json.dumps(question, ensure_ascii=False) for question in QUESTIONS) + "\n\n", "utf-8")
    return file, given


def test_run_answers_a_set_of_questions(wenju: Wenju, numbered: tuple[Path, Settings], tmp_path: Path) -> None:
    file, given = numbered
    ran = wenju("run", file, "--out", tmp_path / "跑.jsonl", *places(given))
    assert ran.code == 0
    one, two = map(json.loads, (tmp_path / "跑.jsonl").read_text("utf-8").splitlines())
    assert (one["id"], one["refused"], one["results"][0]["doc"]) == ("甲-1", False, "000-桥.md")
    assert "2019年5月开工" in one["answer"]
    assert one["citations"][0]["n"] == 1
    assert "2019年5月开工" in one["citations"][0]["text"]
    assert two["understood"] == "南江大桥什么时候开工？ 它有多长？"
    assert {"ms", "answer_ms"} <= set(two)


def test_run_can_retrieve_only_and_hide_what_answers(
    wenju: Wenju, numbered: tuple[Path, Settings], tmp_path: Path
) -> None:
    file, given = numbered
    ran = wenju(
        "run", file, "--out", tmp_path / "跑.jsonl", "--retrieval-only", "--without-gold", "--no-rerank", *places(given)
    )
    assert ran.code == 0
    for line in (tmp_path / "跑.jsonl").read_text("utf-8").splitlines():
        run = json.loads(line)
        assert {item["doc"] for item in run["results"]} == {"001-港.md"}
        assert "answer" not in run


@pytest.mark.parametrize(
    "line",
    ["{不是", "[" * 100_000, '{"id": "h-2", "question": 5}', '{"question": "没有编号？"}', '["列表"]', '{"id": "h-3"}'],
)
def test_run_tells_which_line_is_no_question(wenju: Wenju, harbour: Settings, tmp_path: Path, line: str) -> None:
    questions = tmp_path / "题.jsonl"
    questions.write_text('{"id": "h-1", "question": "大桥有多长？"}\n\n' + line + "\n", encoding="utf-8")
    ran = wenju("run", questions, "--out", tmp_path / "出.jsonl", *places(harbour))
    refused(ran, "line 3 of", '"id" and "question"')


def test_run_refuses_a_file_that_is_not_there(wenju: Wenju, harbour: Settings, tmp_path: Path) -> None:
    ran = wenju("run", "没有.jsonl", "--out", tmp_path / "跑.jsonl", *places(harbour))
    refused(ran, "there is no file 没有.jsonl", "check the path")


def test_doctor_finds_all_in_order(wenju: Wenju, harbour: Settings) -> None:
    ran = wenju("doctor", *places(harbour))
    assert ran.code == 0
    assert ran.out.count("✓") == 5
    for said in ("5files", "OpenVINO", "15passages", "extractive"):
        assert said in ran.out


def test_doctor_says_what_is_wrong_and_what_to_do(
    wenju: Wenju, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_BACKEND", "魔法")
    ran = wenju("doctor", "--corpus", tmp_path / "文档", "--index", tmp_path / "索引")
    assert ran.code == 1
    assert (ran.out.count("✓"), ran.out.count("✗")) == (2, 3)
    for said in ("nodocumentsin", "buildit:wenjuindex", "nobackendiscalled'魔法'"):
        assert said in ran.out


def test_a_port_in_use_is_told_of(wenju: Wenju, harbour: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ran = wenju("chat", "--port", port, *places(harbour))
    refused(ran, f"port {port} is in use", f"choose another: wenju chat --port {port + 1}")


def test_an_address_that_cannot_be_listened_at_is_told_of(wenju: Wenju, harbour: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        for command in (("serve",), ("mcp", "--http")):
            refused(
                wenju(*command, "--port", port, *places(harbour)), f"port {port} is in use", "choose another: wenju"
            )


LONG = "长" * 300
ODD = [
    (("search", "桥", "--index", LONG), 1, "→checkitsname"),
    (("index", "--corpus", LONG), 1, "nofolder"),
    (("index", "--corpus", ""), 2, "anemptynameisnofolder"),
    (("feedback", "--index", ""), 2, "anemptynameisnofolder"),
    (("index", "--shard", f"{'9' * 5000}/{'9' * 5000}"), 2, "isnosharesuchas2/3"),
    (("index", "--shard", "1/2/3"), 2, "isnosharesuchas2/3"),
    (("parse", LONG), 1, "→checkitsname"),
    (("import", LONG), 1, "→checkitsname"),
    (("account", "林", "--password", "0123456789\udcff"), 1, "nobodycantype→"),
    (("feedback", "--index", "没有"), 0, "nothingwasrated"),
    (("feedback", "--index", "没有", "--jsonl"), 0, ""),
]


def test_odd_arguments_are_told_with_what_helps(wenju: Wenju, tmp_path: Path) -> None:
    (tmp_path / "环").symlink_to("环")
    told = {arguments: wenju(*arguments) for arguments, _, _ in ODD}
    assert [(row, ran) for row in ODD if (ran := told[row[0]]).code != row[1] or row[2] not in ran.err] == []
    assert [path.name for path in tmp_path.iterdir()] == ["环"]


def test_a_question_of_half_characters_is_kept_in_a_run(wenju: Wenju, harbour: Settings, tmp_path: Path) -> None:
    (tmp_path / "题.jsonl").write_text('{"id": "h-1", "question": "\\ud800南江大桥有多长？"}\n', encoding="utf-8")
    wenju("run", "题.jsonl", "--out", "出.jsonl", "--retrieval-only", *places(harbour))
    assert json.loads((tmp_path / "出.jsonl").read_text("utf-8"))["id"] == "h-1"


def test_the_page_gets_the_settings_of_the_folder_that_it_is_opened_from(
    wenju: Wenju, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("wenju.toml").write_text(
        'corpus = "文档"\nrerank = false\nprompt_file = "提示.toml"\nmodel = "模型"\n', "utf-8"
    )
    Path("模型").mkdir()
    given: dict[str, str] = {}

    def started(command: list[str], env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
        given.update({name: value for name, value in env.items() if name.startswith("WENJU_") and name[6:] != "CACHE"})
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("rag.cli.subprocess.run", started)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert wenju("chat", "--port", port).code == 0
    assert given["WENJU_CORPUS"] == str(tmp_path / "文档")
    assert given["WENJU_INDEX"] == str(tmp_path / "index")
    assert given["WENJU_PROMPT_FILE"] == str(tmp_path / "提示.toml")
    assert given["WENJU_MODEL"] == str(tmp_path / "模型")
    assert (given["WENJU_RERANK"], given["WENJU_BACKEND"]) == ("False", "extractive")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    Path("wenju.toml").unlink()
    assert Settings().rerank is False
    assert Settings().prompt_file == tmp_path / "提示.toml"


@pytest.mark.slow
def test_the_page_ends_with_the_program_that_serves_it(harbour: Settings) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "rag.cli", "chat", "--port", str(port), *map(str, places(harbour))]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.DEVNULL) as program:
        assert is_listened_at(port, begins=True)
        program.terminate()
        assert program.wait(20) == 128 + signal.SIGTERM
    assert not is_listened_at(port, begins=False)


def is_listened_at(port: int, *, begins: bool) -> bool:
    """Tell whether a port is listened at, once that begins or ends, or after half a minute."""
    for _ in range(150):
        with socket.socket() as probe:
            listened = probe.connect_ex(("127.0.0.1", port)) == 0
        if listened == begins:
            break
        time.sleep(0.2)
    return listened


def test_a_corpus_without_documents_is_refused(wenju: Wenju, tmp_path: Path) -> None:
    ran = wenju("index", "--corpus", "没有", "--index", tmp_path / "索引")
    refused(ran, "there is no folder 没有", "--corpus DIR")
    (tmp_path / "文档").mkdir()
    ran = wenju("index", "--corpus", "文档", "--index", tmp_path / "索引")
    refused(ran, "no document in 文档 can be read", "put files of these kinds there: .csv")


@pytest.mark.parametrize("command", [("search", "桥"), ("ask", "桥"), ("sources",), ("glossary",)])
def test_without_an_index_each_command_says_how_to_build_one(
    wenju: Wenju, tmp_path: Path, command: tuple[str, ...]
) -> None:
    ran = wenju(*command, "--index", tmp_path / "索引")
    refused(ran, "there is no index in", "build it: wenju index")
    assert folded("或运行 wenju index") in ran.err  # a terminal has no button


def test_an_index_of_other_settings_is_refused(
    wenju: Wenju, harbour: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_MODEL", "/models/别的")
    ran = wenju("ask", "桥", *places(harbour))
    refused(ran, f"the index in {harbour.index} was made with model='bundled', not '/models/别的'", "build it again")


def test_a_model_that_cannot_be_had_is_refused(
    wenju: Wenju, small_corpus: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "空模型").mkdir()
    monkeypatch.setenv("WENJU_MODEL", str(tmp_path / "空模型"))
    ran = wenju("index", *places(small_corpus))
    refused(ran, f"the embedding model '{tmp_path / '空模型'}' cannot be loaded", "use WENJU_MODEL=bundled")


@pytest.mark.parametrize(
    ("question", "message", "advice"),
    [
        ("", "the question is empty", "type a question"),
        ("　", "the question is empty", "type a question"),
        ("桥" * 100_000, "the question has 100,000 characters", "shorten it"),
    ],
)
@pytest.mark.parametrize("command", ["ask", "search"])
def test_what_is_no_question_is_refused(
    wenju: Wenju, harbour: Settings, command: str, question: str, message: str, advice: str
) -> None:
    refused(wenju(command, question, *places(harbour)), message, advice)


def test_settings_that_make_no_sense_are_refused(wenju: Wenju, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_PASSAGE_MAX_CHARS", "7")
    refused(wenju("sources"), "passage_max_chars:", "mend wenju.toml or the WENJU_", code=2)
    monkeypatch.delenv("WENJU_PASSAGE_MAX_CHARS")
    (tmp_path / "wenju.toml").write_text('modle = "别的"\n', "utf-8")
    refused(wenju("sources"), "modle:", "mend wenju.toml", code=2)


def test_an_interrupted_command_says_that_it_was_stopped(wenju: Wenju, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "settings_with", interrupt)
    ran = wenju("index")
    assert (ran.code, "stopped已停止" in ran.err) == (130, True)


def test_settings_that_are_refused_give_away_no_hash(
    wenju: Wenju, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "wenju.toml").write_text('accounts = "$argon2id$v=19"\n', "utf-8")
    assert "argon2id" not in wenju("sources").err
    (tmp_path / "wenju.toml").write_text('[accounts]\nlin = "$argon2id$v=19"\n', "utf-8")
    monkeypatch.setenv("WENJU_CORPSE", "文档")
    told = wenju("sources").err
    assert "WENJU_CORPSE" in told
    assert "argon2id" not in told
    (tmp_path / "wenju.toml").write_text("model = 别的\n", "utf-8")
    refused(wenju("sources"), "wenju.toml: Invalid value (at line 1, column 9)", "mend it; texts are quoted", code=2)


def test_a_full_disk_is_told_of(wenju: Wenju, small_corpus: Settings) -> None:
    with largest_file(0):
        ran = wenju("index", *places(small_corpus))
    refused(ran, f"the index in {small_corpus.index} could not be written", "free some space")


def test_the_real_program_ends_with_a_code_and_without_a_traceback() -> None:
    command = [sys.executable, "-m", "rag.cli", "parse", "没有.md"]
    ran = subprocess.run(command, capture_output=True, text=True, cwd=PROJECT, timeout=60, check=False)
    assert ran.returncode == 1
    assert folded(ran.stderr) == "✗thereisnofile没有.md→checkthepath✗没有没有.md这个文件→检查路径"


def test_help_names_every_command(wenju: Wenju) -> None:
    ran = wenju("--help")
    assert ran.code == 0
    for command in ("index", "search", "ask", "sources", "parse", "glossary", "run", "chat", "doctor"):
        assert command in ran.out


LITERATURE = re.findall(r"^wenju .*$", (PROJECT / "docs" / "literature.md").read_text("utf-8"), re.MULTILINE)
LIBRARY = """@article{毛维准2024, title = {南江大桥的造价}, author = {毛, 维准}, file = {:files/桥.md:text}}
@book{缺2020, title = {没有附件的书}, file = {:/etc/passwd:text;:files/没有.pdf:application/pdf}}
"""


def test_what_the_page_on_literature_shows_runs(
    wenju: Wenju, tmp_path: Path, bank: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "文献库" / "files").mkdir(parents=True)
    (tmp_path / "附件").mkdir()
    (tmp_path / "index").mkdir()
    shutil.copy(bank, tmp_path / "index")
    (tmp_path / "文献库" / "library.bib").write_text(LIBRARY, "utf-8")
    (tmp_path / "文献库" / "files" / "桥.md").write_text("# 跨江大桥\n\n南江大桥的总造价为12.5亿元。\n", "utf-8")
    page = f"<title>茶叶出口</title><h1>茶叶出口</h1><p>{'2021年茶叶出口量为九千公吨，主要销往日本。' * 9}</p>".encode()
    monkeypatch.setattr(addresses, "fetch", lambda address: Fetched(address, page, "text/html", "utf-8"))
    monkeypatch.setattr(watching, "watch_corpus", lambda settings, build: build(settings))
    ran = {line: wenju(*shlex.split(line)[1:]) for line in LITERATURE}
    assert [one.code for one in ran.values()] == [0] * len(LITERATURE)
    first, second, ris, add, watch = ran.values()
    assert "✓1documents文档" in first.out
    assert first.err.count("✗缺2020") == 4  # each of two files in both languages
    assert "/etc/passwd不在文献库的文件夹里，没有取用" in first.err
    assert "没有files/没有.pdf这个文件" in first.err
    assert "1sourcesheldbefore" in second.out
    assert {"TY  - JOUR", "ID  - 毛维准2024", "AU  - 毛, 维准"} <= set(ris.printed.splitlines())
    assert "茶叶出口.html" in add.out
    assert "stopped已停止" in watch.out
    assert "https://www.example.org/report.html" in wenju("bibliography", "--style", "bibtex").printed


def test_an_import_that_brings_nothing_fails(wenju: Wenju, tmp_path: Path) -> None:
    (tmp_path / "空.bib").write_text("只是一段话。", "utf-8")
    ran = wenju("import", tmp_path / "空.bib")
    assert (ran.code, ran.err.count("空.bib")) == (1, 2)
    ran = wenju("import", tmp_path / "没有.bib")
    assert ran.code == 1
    assert "没有没有.bib这个文件" in ran.err
    ran = wenju("add", "http://127.0.0.1/")
    assert ran.code == 1
    assert "127.0.0.1在本地网络之内" in ran.err
