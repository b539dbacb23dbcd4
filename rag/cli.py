"""The command line of Wenju 问据, one command for each thing that the package does.

Each command calls a public function of the package and prints what it gives. Errors are one line with a remedy.
"""

from __future__ import annotations

import contextlib
import errno
import functools
import io
import json
import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich import markup
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from rag.backends import UNCERTAIN
from rag.errors import RagError, StorageFailed, UnusableSettings
from rag.evaluation.commands import Corpus, IndexFolder, settings_with
from rag.evaluation.commands import app as evaluation
from rag.reading_room.answer_layout import Piece, ShownLine, lay_out_answer
from rag.reading_room.messages import in_language
from rag.reading_room.page_texts import say
from rag.reading_room.plain_answers import place_of, say_unread
from rag.records import Answer, Evidence, Language, Progress
from rag.settings import Settings, problems_of
from rag.text.language import main_language
from rag.text.visible import visible_json, visible_text

MIN_PASSWORD_CHARS = 10
MOST_PORT = 65535
INTERRUPTED = 130  # what typer ends with at Ctrl-C, without a word
LANGUAGES: tuple[Language, ...] = ("en", "zh")
app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
app.add_typer(evaluation, name="eval")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON. 输出 JSON")]


def escape(text: str) -> str:
    """Return text for the terminal: nothing in it is markup, moves the cursor or is unseen."""
    return markup.escape(visible_text(text))


def main() -> None:
    """Run the command line; errors that a reader can mend are printed without a traceback."""
    for stream in (sys.stdout, sys.stderr):
        _let_print_chinese(stream)
    try:
        app()
    except RagError as error:
        _tell(error)
        sys.exit(2 if isinstance(error, UnusableSettings) else 1)
    except ValidationError as error:
        for name, wrong, given in problems_of(error):
            err.print(f"[bold red]✗[/] {escape(name or 'settings')}: {escape(wrong + given)}")
        err.print("[bold]→[/] mend wenju.toml or the WENJU_… variable of that name")
        sys.exit(2)
    except OSError as error:
        _tell(_named(error))
        sys.exit(1)
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            err.print("stopped 已停止; what was embedded is kept 已算出的向量会保留")
        raise


def _let_print_chinese(stream: object) -> None:
    """Have a pipe or file of Windows, which has an encoding of the country's, take whatever is printed."""
    if isinstance(stream, io.TextIOWrapper):
        try:
            "问据".encode(stream.encoding)
        except UnicodeEncodeError:
            stream.reconfigure(encoding="utf-8")
        stream.reconfigure(errors="backslashreplace")


def _tell(error: RagError) -> None:
    """Print what went wrong and what to do, in English and, where a table has it, in Chinese."""
    for language in LANGUAGES:
        what, advice = (in_language(text, language) for text in (str(error.args[0]), error.advice))
        if language == "en" or what != error.args[0]:
            err.print(f"[bold red]✗[/] {escape(what)}\n[bold]→[/] {escape(advice)}")


def _named(error: OSError) -> RagError:
    """Return what the system says of a file with what helps."""
    where = error.filename if error.filename is not None else "files"
    return StorageFailed(
        f"{where} cannot be read or written: {error.strerror or error}",
        advice="check its name, whether it may be read or written, and the room on the disk",
    )


@app.command("index")
def index_command(
    corpus: Corpus = None,
    index: IndexFolder = None,
    watch: Annotated[
        bool, typer.Option("--watch", help="Go on: build again whenever documents have changed. 文档变动后自动更新")
    ] = False,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Only embed, as worker I of N. 多台机器分担：只算第 I 份向量")
    ] = "",
) -> None:
    """Bring the index up to date with the documents. 建立或更新索引"""
    settings = settings_with(corpus, index)
    if shard:
        _embed_share(settings, shard)
        return
    if not watch:
        _build_and_tell(settings)
        _suggest(settings)
        return
    from rag.indexing.corpus import refuse_missing
    from rag.indexing.watching import watch_corpus

    refuse_missing(settings.corpus)
    out.print(f"watching 正在监视 {escape(str(settings.corpus))}  (Ctrl-C 退出)")

    def build(settings: Settings) -> None:
        try:
            _build_and_tell(settings)
        except RagError as error:
            _tell(error)

    with contextlib.suppress(KeyboardInterrupt):
        watch_corpus(settings, build)
    out.print("stopped 已停止")


def _embed_share(settings: Settings, shard: str) -> None:
    from rag.indexing import embed_share

    try:
        number, count = map(int, shard.split("/"))
    except ValueError:
        number = count = 0
    if not 1 <= number <= count:
        raise typer.BadParameter(f"{shard!r} is no share such as 2/3", param_hint="--shard")
    with _bar() as show:
        embedded = embed_share(settings, number, count, show)
    out.print(f"[green]✓[/] {embedded} embedded 新嵌入; when all are done 全部完成后: wenju index")


def _build_and_tell(settings: Settings) -> None:
    report = _build_with_bar(settings)
    for item in report.rejected:
        err.print(f"[yellow]![/] {escape(item.source)}: {escape(item.reason)} → {escape(item.advice)}")
    state = "nothing changed 无变化" if report.unchanged else f"{report.embedded} embedded 新嵌入"
    out.print(
        f"[green]✓[/] {report.sources} documents 文档, {report.passages} passages 段落, {state}, {report.took_s:.1f} s"
    )


def _suggest(settings: Settings) -> None:
    """Look for the questions that the page begins with, unless they are kept already."""
    from rag.index import open_index
    from rag.reading_room.first_questions import kept_first_questions
    from rag.reading_room.suggesting import suggest_first
    from rag.retrieval import retrieve

    index = open_index(settings)
    with _bar() as show:
        for number, language in enumerate(LANGUAGES):
            show(Progress("suggesting", "", number, len(LANGUAGES)))
            if kept_first_questions(settings.index, language) is None:
                find = functools.partial(retrieve, k=4, settings=settings, index=index)
                suggest_first(index, settings.index, language, find=find)
        show(Progress("suggesting", "", len(LANGUAGES), len(LANGUAGES)))


def _build_with_bar(settings: Settings) -> Any:
    from rag.indexing import build_index

    with _bar() as show:
        return build_index(settings, show)


@contextlib.contextmanager
def _bar() -> Iterator[Callable[[Progress], None]]:
    """Give a function that shows each stage of a work as a bar."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with ProgressBar(*columns, console=err) as bar:
        tasks: dict[str, Any] = {}

        def show(progress: Progress) -> None:
            if progress.stage not in tasks:
                tasks[progress.stage] = bar.add_task(progress.stage, total=progress.total or None)
            done = progress.done + 1 if progress.stage in ("reading", "importing") else progress.done
            bar.update(tasks[progress.stage], completed=done, total=progress.total or None)

        yield show


@app.command()
def search(
    question: str,
    k: Annotated[int, typer.Option("-k", min=1, max=50, help="How many passages. 段落数")] = 5,
    explain: Annotated[bool, typer.Option("--explain", help="Show ranks, scores, expansions. 显示得分来由")] = False,
    corpus: Corpus = None,
    index: IndexFolder = None,
    as_json: AsJson = False,
) -> None:
    """Find passages, write no answer. 只检索，不作答"""
    from rag.retrieval import retrieve

    found = retrieve(question, k, settings=settings_with(corpus, index))
    if as_json:
        print(visible_json([_evidence_json(item) for item in found]))
        return
    if explain:
        added = ", ".join(f"{phrase} {weight:.2f}" for phrase, weight in found.expansions) or "–"
        out.print(
            f"[dim]understood[/] {escape(found.understood)}\n[dim]added[/] {escape(added)}\n[dim]ms[/] {found.took_ms}"
        )
    for number, item in enumerate(found, 1):
        place = escape(place_of(item.passage, "en"))
        out.print(f"\n[bold cyan][{number}][/] [bold]{place}[/]  [dim]{item.score:.2f}[/]")
        if explain:
            ranks = ", ".join(f"{leg} #{rank}" for leg, rank in item.ranks.items())
            scores = ", ".join(f"{name} {value:.3f}" for name, value in item.scores.items())
            out.print(f"[dim]{ranks} | {scores} | {escape(item.id)}[/]")
        if item.best_sentence:
            a, b = item.best_sentence
            out.print(f"{escape(item.text[:a])}[green]{escape(item.text[a:b])}[/]{escape(item.text[b:])}")
        else:
            out.print(escape(item.text))


def _evidence_json(item: Evidence) -> dict[str, Any]:
    ways = {"ranks": item.ranks, "scores": item.scores, "best_sentence": item.best_sentence}
    return {"id": item.id} | item.values() | ways | {"text": item.text}


@app.command()
def ask(question: str, corpus: Corpus = None, index: IndexFolder = None, as_json: AsJson = False) -> None:
    """Answer a question with citations. 提问并得到带引注的回答"""
    from rag.answering import ask as ask_question

    answer = ask_question(question, settings=settings_with(corpus, index))
    if as_json:
        print(visible_json(answer.as_json()))
        return
    _print_answer(answer)


STANDINGS = {
    "supported": "[green]✓[/]",
    "partly": "[yellow]~[/]",
    "not_found": "[red]✗[/]",
    "uncited": "[dim]·[/]",
}


ANSWERING = {"answer": "bold green", "uncertain": "underline yellow"}  # how the words that answer are marked


def _print_answer(answer: Answer) -> None:
    if answer.failure:
        err.print(f"[yellow]![/] {escape(answer.failure)}")
    if answer.ending == "courtesy":
        out.print(escape(answer.text))
        return
    laid = lay_out_answer(answer)
    if answer.ending == "refusal":
        out.print(f"[bold]{escape(answer.text)}[/]")
    else:
        if answer.ending == "uncertain":
            out.print(f"[bold yellow]? {escape(UNCERTAIN[main_language(answer.question)].strip())}[/]")
        for line in laid.lines:
            _print_line(line, ANSWERING[answer.ending])
    if answer.missing:
        out.print(f"[yellow]![/] not in the passages 所引段落未提到: {escape('; '.join(answer.missing))}")
    for said in say_unread(answer, main_language(answer.question)):
        out.print(f"[yellow]![/] {escape(said)}")
    if answer.ending == "refusal":
        searched = ", ".join(f"{count} {name}" for name, count in answer.searched.items())
        out.print(f"[dim]searched 已检索: {searched}[/]")
    for sentence in answer.sentences:
        shown = " ".join(sentence.text.split("\n"))[:40]
        reason = say(f"reason_{sentence.reason}", main_language(answer.question)) if sentence.reason else ""
        out.print(f"{STANDINGS[sentence.standing]} [dim]{escape(shown)}… {escape(reason)}[/]")
    for number, item in (*laid.cited, *laid.nearest):
        out.print(f"[cyan]{escape(f'[{number}]')}[/] {escape(place_of(item.passage, 'en', laid.pages[number]))}")
        if answer.ending == "refusal" and item.best_sentence:
            out.print(f"    [dim]{escape(' '.join(item.text[slice(*item.best_sentence)].split()))}[/]")
    if laid.uncited:
        places = "; ".join(dict.fromkeys(place_of(item.passage, "en") for _, item in laid.uncited))
        out.print(f"[dim]also consulted 另外查阅了: {escape(places)}[/]")


def _print_line(line: ShownLine, answering: str) -> None:
    if line.kind == "table":
        table = Table(box=SIMPLE_HEAD, show_header=False, pad_edge=False)
        for row in line.rows:
            table.add_row(*(_marked(cell, answering) for cell in row.cells), style="bold" if row.head else None)
            if row.head:
                table.add_section()
        out.print(table)
        return
    before = {"item": "- ", "quote": "> "}.get(line.kind, "")
    out.print(before + "".join(_marked(sentence.pieces, answering) for sentence in line.sentences))


def _marked(pieces: Sequence[Piece], answering: str) -> str:
    """Return pieces in the markup of rich, with the words that answer in the style `answering`."""
    written = ""
    for piece in pieces:
        if piece.number:
            written += f"[cyan]{escape(f'[{piece.number}]')}[/]"
        elif piece.answers or piece.bold:
            written += f"[{answering if piece.answers else 'bold'}]{escape(piece.text)}[/]"
        else:
            written += escape(piece.text)
    return written


@app.command()
def sources(
    report: Annotated[
        str | None, typer.Option("--report", help="The reading report of one source. 某一文档的阅读报告")
    ] = None,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """List the indexed documents and their articles. 列出文档及其文章"""
    from rag.index import open_index
    from rag.reading_room.reading_report import reading_report

    opened = open_index(settings_with(corpus, index))
    if report is not None:
        if report not in opened.sources():
            raise RagError(f"there is no source {report!r}", advice=f"choose one of {', '.join(opened.sources())}")
        print(visible_text(reading_report(opened.document(report))))
        return
    table = Table("source 文档", "article 文章", "authors 作者", "year 年", "kind 类别")
    for name in opened.sources():
        for position, article in enumerate(opened.document(name).articles):
            known = (article.title or "–", "、".join(article.authors), str(article.year or ""), article.kind)
            table.add_row(*map(escape, ("" if position else name, *known)))
    out.print(table)
    for item in opened.manifest.rejected:
        out.print(f"[yellow]![/] {escape(item.source)}: {escape(item.reason)} → {escape(item.advice)}")


@app.command()
def bibliography(
    style: Annotated[str, typer.Option("--style", help="gbt7714, apa, chicago, bibtex, ris or csl. 格式")] = "gbt7714",
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Print the references of all works. 输出全部著录"""
    from rag.index import open_index
    from rag.literature.references import STYLES, format_bibliography

    if style not in STYLES:
        raise RagError(f"there is no style {style!r}", advice=f"choose one of {', '.join(STYLES)}")
    opened = open_index(settings_with(corpus, index))
    works = (article for name in opened.sources() for article in opened.document(name).articles)
    print(visible_text(format_bibliography(works, style)), end="")


@app.command("import")
def import_command(
    library: Annotated[Path, typer.Argument(help="A .bib, .ris or .json file, or a Zotero data folder. 文献库")],
    files: Annotated[
        list[Path] | None, typer.Option("--files", help="Another folder from which files may be taken. 附件所在文件夹")
    ] = None,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Take over a library of literature with its files. 导入文献库及其附件"""
    from rag.index import open_index
    from rag.reading_room.importing import import_library, unplaced

    settings = settings_with(corpus, index)
    with _bar() as show:
        report = import_library(library, settings, files or (), show)
    for error in report.troubles:
        _tell(error)
    if not report.works:
        raise typer.Exit(1)
    out.print(
        f"[green]✓[/] {report.works} works 著录, {len(report.added)} files added 新增文件, "
        f"{len(report.held)} sources held before 原有文档"
    )
    _build_and_tell(settings)
    for error in unplaced(open_index(settings), report):
        _tell(error)


@app.command()
def add(address: str, corpus: Corpus = None, index: IndexFolder = None) -> None:
    """Put a web page or PDF into the library. 加入一个网页或网上的 PDF"""
    from rag.reading_room.addresses import add_address

    settings = settings_with(corpus, index)
    added = add_address(address, settings)
    state = "held before 原已有" if added.duplicate else "added 已加入"
    out.print(f"[green]✓[/] {state}: {escape(added.source)}")
    _build_and_tell(settings)


@app.command()
def parse(file: Path, as_json: AsJson = False) -> None:
    """Read one file and print its structure. 解析一个文件"""
    from rag.reading.apart import read_document
    from rag.reading_room.reading_report import document_as_json, reading_report

    if not file.is_file():
        raise RagError(f"there is no file {file}", advice="check the path")
    document = read_document(file, file.name, settings_with().limits())
    print(visible_json(document_as_json(document)) if as_json else visible_text(reading_report(document)))


@app.command()
def glossary(corpus: Corpus = None, index: IndexFolder = None) -> None:
    """Show names of one thing, and where they were found. 列出术语表"""
    from rag.index import open_index

    groups = open_index(settings_with(corpus, index)).glossary.groups
    _print_lines(map(str, groups), "no thing has two names here 没有发现同物异名")


def _print_lines(lines: Iterable[str], nothing: str) -> None:
    """Print lines; where there are none, what that means, to those who look and not into a file."""
    shown = [*map(escape, lines)]
    for line in shown:
        out.print(line)
    if not shown:
        err.print(f"[dim]{nothing}[/]")


@app.command()
def feedback(
    as_lines: Annotated[bool, typer.Option("--jsonl", help="One JSON object a line. 每行一个 JSON 对象")] = False,
    index: IndexFolder = None,
) -> None:
    """Print what readers thought of answers. 列出读者的评价"""
    from rag.reading_room.feedback import Feedback

    kept = settings_with(index=index).index / "feedback.sqlite"
    entries = Feedback(kept).entries() if kept.is_file() else ()
    if as_lines:
        for entry in entries:
            print(visible_json(entry, None))
        return
    lines = (f"{'👍' if entry['verdict'] > 0 else '👎'} {entry['question']}  {entry['reason']}" for entry in entries)
    _print_lines(lines, "nothing was rated 还没有评价")


@app.command()
def run(
    questions: Path,
    to: Annotated[Path, typer.Option("--out", help="Where the run is written, JSON lines. 输出文件")],
    corpus: Corpus = None,
    index: IndexFolder = None,
    retrieval_only: Annotated[bool, typer.Option("--retrieval-only", help="Write no answers. 只检索")] = False,
    without_gold: Annotated[
        bool, typer.Option("--without-gold", help="Hide from each question the sources that answer it. 隐去答案来源")
    ] = False,
    no_rerank: Annotated[bool, typer.Option("--no-rerank", help="Switch reranking off. 不重排")] = False,
) -> None:
    """Answer a set of questions, for measuring. 批量作答以供评测"""
    from rag.evaluation.running import answer_line, read_lines
    from rag.index import open_index

    items = read_lines(questions, "question")
    settings = settings_with(corpus, index, rerank=False if no_rerank else None)
    _build_with_bar(settings)
    opened = open_index(settings)
    answer = functools.partial(answer_line, retrieval_only=retrieval_only, without_gold=without_gold)
    lines = [visible_json(answer(item, settings, opened), None) for item in items]
    to.write_text("\n".join(lines) + "\n", encoding="utf-8")
    out.print(f"[green]✓[/] {len(lines)} questions 问题 → {to}")


@app.command()
def chat(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine. 端口")] = 8501,
    host: Annotated[
        str | None, typer.Option("--host", help="Address to listen at; beyond this machine only with a login. 监听地址")
    ] = None,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Open the chat page on this machine, or at --host for others. 打开问答页面"""
    from rag.reading_room.identity import require_login

    settings = settings_with(corpus, index, host=host)
    page = Path(__file__).resolve().parent / "web" / "serve.py"
    require_login(settings, settings.host, provider=_has_provider(page.parent))
    _check_free(settings.host, port, "chat")
    out.print(f"[bold]问据 Wenju[/] http://{settings.host}:{port}  (Ctrl-C 退出)")
    # The page runs in its own folder, where its configuration lies: what was set goes along, folders as whole paths.
    folders = {"corpus": settings.corpus.resolve(), "index": settings.index.resolve()}
    if Path(settings.model).is_dir():
        folders["model"] = Path(settings.model).resolve()
    if settings.prompt_file:
        folders["prompt_file"] = settings.prompt_file.resolve()
    given = {name: value for name, value in settings.model_dump().items() if value is not None} | folders
    environment = os.environ | {"OMP_WAIT_POLICY": "PASSIVE"}
    for name, value in given.items():
        environment[f"WENJU_{name.upper()}"] = json.dumps(value) if isinstance(value, dict | tuple) else str(value)
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.port", str(port)]
    command += ["--server.address", settings.host]
    before = signal.signal(signal.SIGTERM, _end)  # or the page would be served on by a process that nobody knows of
    try:
        done = subprocess.run(command, env=environment, cwd=page.parent, check=False)  # noqa: S603
    finally:
        signal.signal(signal.SIGTERM, before)
    raise typer.Exit(done.returncode)


def _end(number: int, _: object) -> None:
    """End this program as a signal asks; what it runs is ended with it."""
    sys.exit(128 + number)


def _check_free(host: str, port: int, command: str) -> None:
    """Refuse an address of this machine that cannot be listened at, before anything is loaded."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        if os.name == "posix":  # what a program before has just left is free; on Windows it would take a port in use
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            told = f"port {port} is in use" if in_use else f"{host} port {port}: {error.strerror or error}"
            raise RagError(told, advice=f"choose another: wenju {command} --port {port % MOST_PORT + 1}") from error


@app.command()
def serve(
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port on this machine. 端口")] = 8510,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen at; elsewhere than here only with a token. 监听地址")
    ] = "127.0.0.1",
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Serve search, works and answers over HTTP, for other programs. 为其他程序提供 HTTP 接口"""
    with _package("serve"):
        from rag.servers.rest import make_app
    from rag.servers.listening import server_of

    application = make_app(settings_with(corpus, index), host)
    _check_free(host, port, "serve")
    out.print(f"[bold]问据 Wenju[/] http://{host}:{port}/openapi.json  (Ctrl-C 退出)")
    server_of(application, host, port).run()


@app.command()
def mcp(
    http: Annotated[bool, typer.Option("--http", help="Over HTTP on this machine instead of stdin. 改用 HTTP")] = False,
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port for --http. 端口")] = 8511,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Serve the library to agents by the Model Context Protocol. 以 MCP 供智能体调用"""
    with _package("mcp"):
        from rag.servers.mcp import http_app, make_server
    settings = settings_with(corpus, index)
    if http:
        from rag.servers.listening import server_of

        _check_free("127.0.0.1", port, "mcp --http")
        err.print(f"[bold]问据 Wenju[/] http://127.0.0.1:{port}/mcp  (Ctrl-C 退出)")
        server_of(http_app(settings), "127.0.0.1", port).run()
    else:
        make_server(settings).run("stdio")


@contextlib.contextmanager
def _package(extra: str) -> Iterator[None]:
    """Tell how to install the optional packages that are missing."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise RagError(
            f"the package {error.name} is missing", advice=f"install it: pip install 'wenju[{extra}]'"
        ) from error


def _has_provider(project: Path) -> bool:
    """Tell whether Streamlit's secrets name an OpenID provider."""
    for folder in (project, Path.home()):
        with contextlib.suppress(FileNotFoundError):
            if "auth" in tomllib.loads((folder / ".streamlit" / "secrets.toml").read_text("utf-8")):
                return True
    return False


@app.command()
def account(
    name: str,
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="密码")],
) -> None:
    """Print what wenju.toml needs for a reader with a password. 生成一个读者账号"""
    from rag.reading_room.identity import hash_password

    if not name.isprintable() or not name.strip():
        raise RagError(f"{name!r} is no name", advice="choose one that can be printed")
    if not password.isprintable():
        raise RagError("the password has characters that nobody can type", advice="choose others")
    if len(password) < MIN_PASSWORD_CHARS:
        raise RagError("the password is too short", advice=f"choose at least {MIN_PASSWORD_CHARS} characters")
    print(f"# wenju.toml\n# keepers = [{json.dumps(name, ensure_ascii=False)}]\n\n[accounts]")
    print(f"{json.dumps(name, ensure_ascii=False)} = {json.dumps(hash_password(password))}")


@app.command()
def doctor(
    mend: Annotated[bool, typer.Option("--repair", help="Mend what is damaged. 修复损坏")] = False,
    corpus: Corpus = None,
    index: IndexFolder = None,
) -> None:
    """Check what Wenju needs, and say what to do. 检查运行环境"""
    from rag.backends import load_backend
    from rag.embedding import load_embedder
    from rag.index import open_index
    from rag.indexing.corpus import corpus_files
    from rag.indexing.repair import find_damage, repair

    settings = settings_with(corpus, index)
    if mend:
        for damage in find_damage(settings.index):
            out.print(f"[yellow]![/] {escape(str(damage.args[0]))}")
        report = repair(settings)
        out.print(f"[green]✓[/] repaired 已修复: {report.sources} documents 文档, {report.passages} passages 段落")

    def files() -> str:
        found = corpus_files(settings.corpus) if os.path.isdir(settings.corpus) else []
        if not found:
            raise RagError(
                f"no documents in {settings.corpus}", advice="put documents there or name another: --corpus DIR"
            )
        return f"{len(found)} files"

    def whole() -> str:
        for damage in find_damage(settings.index):
            raise damage
        return "every file is what was written"

    checks: dict[str, Callable[[], str]] = {
        f"documents 文档 ({settings.corpus})": files,
        f"embedding model 嵌入模型 ({settings.model})": lambda: load_embedder(settings).engine,
        f"index 索引 ({settings.index})": lambda: f"{len(open_index(settings).passages)} passages",
        f"files 文件 ({settings.index})": whole,
        f"backend 后端 ({settings.backend})": lambda: load_backend(settings).name,
    }
    sound = True
    for name, check in checks.items():
        try:
            out.print(f"[green]✓[/] {escape(name)}: {escape(check())}")
        except (RagError, OSError) as error:
            sound = False
            told = _named(error) if isinstance(error, OSError) else error
            out.print(f"[red]✗[/] {escape(name)}: {escape(str(told.args[0]))}\n  → {escape(told.advice)}")
    if not sound:
        raise typer.Exit(1)


if __name__ == "__main__":
    main()
