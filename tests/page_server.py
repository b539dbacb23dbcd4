"""A small corpus, its index, and the page served over it: what the browser tests look at.

The corpus is written for the tests. Among it is a document that tries all it can to be more than text.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rag.indexing import build_index
from rag.settings import Settings

PROJECT = Path(__file__).resolve().parent.parent
WEB = PROJECT / "rag" / "web"
START_TIMEOUT_S = 60.0

FISHERY = """# 江心岛渔业的兴衰

林知远

【内容提要】本文考察江心岛渔业自2015年以来的变化，认为捕捞量下降而养殖量上升。

【关键词】江心岛 渔业 养殖

一、捕捞量的变化

2019年江心岛捕捞量为4.36万吨，比上年下降12.5%。①渔船从320艘减少到214艘，近岸渔场的休渔期延长到四个半月。岛上老人说，这是三十年来最安静的港口。

二、养殖的兴起

2021年江心岛养殖量首次超过捕捞量，达到5.18万吨。养殖户以海带和扇贝为主，产品销往东港、北埠等地。②县政府为每户提供两万元贴息贷款。

转产贷款是指渔民由捕捞改为养殖时所得的贴息贷款。

三、价格

| 年份 | 海带（元/公斤） | 扇贝（元/公斤） |
| --- | --- | --- |
| 2019 | 6.2 | 31.5 |
| 2021 | 7.8 | 28.4 |

① 林知远：《江心岛渔业年鉴》，东港出版社，2020年，第12页。
② 《北埠日报》2021年9月3日，第2版。
"""
LIGHTHOUSE = """# The keepers of Gull Rock lighthouse

## Service

In 1898 eleven keepers served at Gull Rock lighthouse, three of them women. The lamp burned 740 litres of oil a month.

## Automation

The lighthouse was automated in March 1983, and the last keeper, Anna Petrov, left the rock on 14 April.
"""
HOSTILE = """# 恶意<b>文档</b>与防波堤

防波堤的维修费用为<script>window.hacked=1</script>七百三十万元<img src="http://evil.example/a.png" onerror="hacked=2">，
由港务局承担![图](http://evil.example/b.png)[点此](javascript:window.hacked=3)。
</p></div><iframe src="http://evil.example/c"></iframe>

防波堤的\u202e长度\u202c为1.2公里\u200b\u200b，宽度{{7*7}}${7*7}为八米。:material/home: **粗体** `代码` $x^2$
"""
LONG = "潮汐表" + "甲" * 70_000 + "\n\n潮汐站设在西角，每六分钟记录一次水位。\n"
HOSTILE_NAME = "引'号\"&<i onmouseover=window.hacked=4>.md"

DOCUMENTS = {
    "渔业.md": FISHERY,
    "lighthouse.md": LIGHTHOUSE,
    HOSTILE_NAME: HOSTILE,
    "潮汐/长.txt": LONG,
}


@dataclass(frozen=True)
class Served:
    """The page: where it is, the settings that it was started with, and its process."""

    url: str
    settings: Settings
    pid: int


def write_corpus(folder: Path) -> None:
    """Write the documents into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    for name, text in DOCUMENTS.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@contextlib.contextmanager
def serve(corpus: Path, index: Path, address: str = "127.0.0.1", **environment: str) -> Iterator[Served]:
    """Build the index over `corpus`, if it holds anything, and serve the page at `address` until the block ends."""
    settings = Settings(corpus=corpus, index=index)
    if any(corpus.iterdir()):
        build_index(settings)
    index.mkdir(exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "streamlit", "run", str(WEB / "serve.py"), "--server.port", str(port)]
    command += ["--server.address", address]
    settled = {"WENJU_CORPUS": str(corpus), "WENJU_INDEX": str(index), "OMP_WAIT_POLICY": "PASSIVE", "NO_PROXY": "*"}
    with (index / "page.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=WEB, env=os.environ | settled | environment, stdout=log, stderr=subprocess.STDOUT
        )
        try:
            _wait(f"http://127.0.0.1:{port}/_stcore/health", process)
            yield Served(f"http://127.0.0.1:{port}", settings, process.pid)
        finally:
            process.terminate()
            process.wait(20)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2):
            return
        time.sleep(0.2)
    raise RuntimeError("the page did not start")
