"""Better models by one setting: on a scripted server, and in folders with tiny models that the tests make."""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import DOCUMENTS, write_corpus

from rag.embedding import load_embedder
from rag.errors import ExtensionUnavailable, ModelUnavailable
from rag.index import open_index
from rag.indexing import build_index
from rag.reranking import load_reranker
from rag.retrieval import retrieve
from rag.settings import Settings

Answer = tuple[int, Any]
Script = Callable[[dict[str, Any]], Answer]
PAPERS = DOCUMENTS | {"渡口 志.md": "# 渡口志\n\n江心島的碼頭建於1936年，有三個泊位。\n\n## 渡輪\n\n渡轮票价两元。\n"}
KEY = "geheim-key"


class Scripted:
    """A server on this machine that answers as it is told, and remembers what it was asked."""

    def __init__(self) -> None:
        self.script: Script = embeddings
        self.asked: list[tuple[str, str, dict[str, Any]]] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                script.asked.append((self.path, self.headers.get("Authorization", ""), body))
                status, answer = script.script(body)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(answer.encode() if isinstance(answer, str) else json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def served() -> Iterator[Scripted]:
    scripted = Scripted()
    thread = threading.Thread(target=scripted.server.serve_forever, args=(0.02,))
    thread.start()
    yield scripted
    scripted.server.shutdown()
    thread.join()
    scripted.server.server_close()


def characters(text: str) -> list[float]:
    """Return a vector of which characters a text has."""
    found = np.zeros(64)
    for character in text:
        found[zlib.crc32(character.encode()) % 64] += 1
    return [float(value) for value in found]


def embeddings(body: dict[str, Any]) -> Answer:
    """As OpenAI answers; in no order, which only `index` tells."""
    data = [{"object": "embedding", "index": n, "embedding": characters(t)} for n, t in enumerate(body["input"])]
    return 200, {"object": "list", "data": data[::-1], "model": body.get("model", ""), "usage": {}}


def test_a_served_model_gives_unit_vectors_in_the_order_of_texts(
    served: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WENJU_MODEL_KEY", KEY)
    model = f"{served.address}/v1/embeddings#bge-m3"
    embedder = load_embedder(Settings(model=model, question_prompt="问：", passage_prompt=""))
    texts = [f"第{number}段，桥墩" for number in range(40)]
    rows = embedder.embed_passages(texts)
    expected = np.array([characters(text) for text in texts])
    np.testing.assert_allclose(rows, expected / np.linalg.norm(expected, axis=1, keepdims=True), atol=1e-6)
    assert [len(body["input"]) for _, _, body in served.asked] == [1, 32, 8]
    assert {(path, key, body["model"]) for path, key, body in served.asked} == {
        ("/v1/embeddings", f"Bearer {KEY}", "bge-m3")
    }
    (encoded,) = embedder.encode_questions(["票价"])
    assert served.asked[-1][2]["input"] == ["问：票价"]
    np.testing.assert_allclose(encoded.tokens, encoded.vector[None], atol=1e-6)
    assert KEY not in embedder.name + embedder.engine


def test_a_library_is_built_and_asked_with_a_served_model(served: Scripted, tmp_path: Path, bank: Path) -> None:
    settings = write_corpus(tmp_path, PAPERS, bank).model_copy(update={"model": f"{served.address}/v1/embeddings"})
    build_index(settings)
    assert open_index(settings).store.vectors(np.array([0])).shape == (1, 64)
    assert "票价两元" in retrieve("渡轮票价多少？", 1, settings=settings)[0].text
    assert build_index(settings).unchanged


def test_a_server_that_was_busy_is_asked_again(served: Scripted) -> None:
    def once_busy(body: dict[str, Any]) -> Answer:
        return (503, "忙") if len(served.asked) == 1 else embeddings(body)

    served.script = once_busy
    assert load_embedder(Settings(model=f"{served.address}/v1/embeddings#忙")).dim == 64
    assert len(served.asked) == 2


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((401, {"error": f"wrong key {KEY}"}), "does not answer: 401"),
        ((413, "inputs must have less than 512 tokens"), "less than 512 tokens"),
        ((200, "<html>登录</html>"), "gives no JSON"),
        ((200, {"data": [{"index": 0}]}), "gives no embeddings"),
        ((200, []), "gives no embeddings"),
        ((200, {"data": []}), "gives no embeddings"),
        ((200, "[" * 100_000), "gives no JSON"),
        ((200, " " * 50_000_001), "gives more than 50,000,000 bytes"),
        ((200, '{"data": [{"index": 1e999, "embedding": [1, 2]}]}'), "gives no embeddings"),
        ((200, {"data": [{"index": 1, "embedding": [1.0, 2.0]}]}), "gives no embeddings"),
        ((200, {"data": [{"index": 0, "embedding": [0.0, 0.0]}]}), "numbers for 1 texts"),
        ((200, {"data": [{"index": 0, "embedding": [1.0, 2.0, 3.0]}]}), "numbers for 1 texts"),
        ((200, '{"data": [{"index": 0, "embedding": [1.0, NaN]}]}'), "numbers for 1 texts"),
    ],
)
def test_a_server_that_gives_something_else_is_told_without_its_key(
    served: Scripted, monkeypatch: pytest.MonkeyPatch, answer: Answer, told: str
) -> None:
    monkeypatch.setenv("WENJU_MODEL_KEY", KEY)
    served.script = lambda body: answer
    with pytest.raises(ModelUnavailable, match=told) as caught:
        load_embedder(Settings(model=f"{served.address}/v1/embeddings"))
    assert KEY not in str(caught.value)
    assert "WENJU_MODEL_KEY" in caught.value.advice


def test_a_server_whose_vectors_change_their_length_is_told(served: Scripted) -> None:
    served.script = lambda body: (200, {"data": [{"index": 0, "embedding": [1.0] * 2 * len(served.asked)}]})
    model = load_embedder(Settings(model=f"{served.address}/v1/embeddings"))
    with pytest.raises(ModelUnavailable, match=r"\(1, 4\) numbers for 1 texts"):
        model.encode_questions(["鱼"])


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9/v1", "http://", "http://模型:港/v1", "https://host.invalid/v1"]
)
def test_an_address_without_a_server_is_told(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rag.embedding.model_servers.WAITS_S", (0.0, 0.0))
    with pytest.raises(ModelUnavailable, match="does not answer"):
        load_embedder(Settings(model=address))


def test_a_key_goes_nowhere_unencrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WENJU_MODEL_KEY", KEY)
    with pytest.raises(ExtensionUnavailable, match="would be sent unencrypted"):
        load_embedder(Settings(model="http://models.example/v1/embeddings"))
    with pytest.raises(ExtensionUnavailable, match="holds a user or password") as caught:
        load_embedder(Settings(model=f"https://me:{KEY}@models.example/v1/embeddings"))
    assert KEY not in str(caught.value)


def ranking(body: dict[str, Any]) -> Answer:
    """Score a text by how often it speaks of fish, as either kind of server answers."""
    texts = body.get("texts") or body["documents"]
    scores = sorted(((text.count("fish") + text.count("魚"), place) for place, text in enumerate(texts)), reverse=True)
    if "texts" in body:
        return 200, [{"index": place, "score": score} for score, place in scores]
    return 200, {"results": [{"index": place, "relevance_score": float(score)} for score, place in scores]}


@pytest.mark.parametrize("address", ["/rerank", "/v1/rerank#bge-reranker-v2-m3"])
def test_a_served_reranker_has_its_say(served: Scripted, small_index: Settings, address: str) -> None:
    served.script = ranking
    settings = small_index.model_copy(update={"reranker": served.address + address})
    question = "造价是多少？"
    assert retrieve(question, 1, settings=small_index)[0].source == "桥梁.md"
    reranker = load_reranker(settings)
    assert reranker is not None
    assert reranker.scores("問", ["茶"] * 32 + ["one fish", "鱼 魚魚"]).tolist() == [0.0] * 32 + [1.0, 2.0]
    found = retrieve(question, 3, settings=settings)
    path, _, body = served.asked[-1]
    assert (path, body["query"]) == (address.partition("#")[0], question)
    assert any("43 species of fish" in text for text in body.get("texts") or body["documents"])
    assert {item.source for item in found} >= {"river.md"}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((200, [{"index": 0, "score": 1}]), "no score for some"),
        ((200, {"results": [{"index": 9, "relevance_score": 1}]}), "no ranking"),
        ((200, {"results": [{"index": -1, "relevance_score": 1}]}), "no ranking"),
        ((200, {"results": [{"index": 0, "relevance_score": None}]}), "no ranking"),
        ((200, [1, 2]), "no ranking"),
        ((404, "没有"), "does not answer: 404 没有"),
    ],
)
def test_a_reranker_that_gives_something_else_is_told(served: Scripted, answer: Answer, told: str) -> None:
    served.script = lambda body: answer
    reranker = load_reranker(Settings(reranker=f"{served.address}/rerank"))
    assert reranker is not None
    with pytest.raises(ModelUnavailable, match=told):
        reranker.scores("问", ["甲", "乙"])


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny encoder and a tiny cross-encoder of random weights, whose words are characters."""
    from sentence_transformers import CrossEncoder, SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertForSequenceClassification, BertModel, BertTokenizerFast

    folder = tmp_path_factory.mktemp("小 模型")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *sorted(set("".join(PAPERS.values())) - set(" \n"))]
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=128, num_labels=1,
    )  # fmt: skip
    for name, model in (("base", BertModel(config)), ("cross", BertForSequenceClassification(config))):
        model.save_pretrained(folder / name)
        BertTokenizerFast(str(folder / "vocab.txt")).save_pretrained(folder / name)
    transformer = Transformer(str(folder / "base"))
    SentenceTransformer(modules=[transformer, Pooling(32)]).save(str(folder / "embedding"))
    CrossEncoder(str(folder / "cross")).save_pretrained(str(folder / "reranker"))
    return folder


@pytest.mark.slow
def test_models_in_folders_embed_and_rerank(tiny: Path, tmp_path: Path, bank: Path) -> None:
    named = {"model": str(tiny / "embedding"), "reranker": str(tiny / "reranker")}
    settings = write_corpus(tmp_path, PAPERS, bank).model_copy(update=named)
    build_index(settings)
    index = open_index(settings)
    assert index.store.vectors(np.array([0])).shape == (1, 32)
    assert all(len(index.codes(row)) > 1 for row in range(len(index.passages)))
    reranker = load_reranker(settings)
    assert reranker is not None
    scores = reranker.scores("渡輪", ["渡轮票价两元。", "茶", "River"])
    assert scores.shape == (3,)
    assert len(set(scores.tolist())) == 3
    assert len(retrieve("渡轮票价多少？", 3, settings=settings)) == 3


def test_a_folder_without_a_reranker_is_refused(tmp_path: Path) -> None:
    (tmp_path / "空").mkdir()
    with pytest.raises(ModelUnavailable, match=r"the reranker .*空.* cannot be loaded") as caught:
        load_reranker(Settings(reranker=str(tmp_path / "空")))
    assert caught.value.advice.startswith("use WENJU_RERANKER=")


def test_no_reranker_is_the_rule() -> None:
    assert load_reranker(Settings()) is None
