"""The library inside LangChain: in a chain, streamed, async, and as the tool of an agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from harbour import DOCUMENTS
from langchain_core.language_models import GenericFakeChatModel
from langchain_core.messages import AIMessage, HumanMessage, ToolMessage
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from scripted_server import says, scripted_server

from rag import ask, open_index, retrieve
from rag.langchain_parts import WenjuEmbeddings, WenjuRetriever, answering, ask_tool
from rag.settings import Settings

QUESTION = "南江大桥的总造价是多少？"


@pytest.fixture(scope="module")
def harbour(index_of: Callable[[Mapping[str, str]], Settings]) -> Settings:
    return index_of(DOCUMENTS)


def test_the_retriever_finds_what_python_finds(harbour: Settings) -> None:
    found = WenjuRetriever(settings=harbour, k=4).invoke(QUESTION)
    wanted = retrieve(QUESTION, 4, settings=harbour)
    assert [(d.id, d.page_content, d.metadata["score"]) for d in found] == [(e.id, e.text, e.score) for e in wanted]
    first = found[0]
    start, end = first.metadata["span"]
    assert open_index(harbour).document(first.metadata["source"]).canonical[start:end] == first.page_content
    assert asyncio.run(WenjuRetriever(settings=harbour, k=4).ainvoke(QUESTION)) == found


def test_a_chain_reads_what_the_retriever_found(harbour: Settings) -> None:
    seen: list[str] = []

    def note(prompt: Any) -> Any:
        seen.append(prompt.to_string())
        return prompt

    prompt = ChatPromptTemplate.from_template("据此回答：\n{context}\n问题：{question}")
    context = WenjuRetriever(settings=harbour, k=2) | (lambda found: "\n".join(d.page_content for d in found))
    model = GenericFakeChatModel(messages=iter([AIMessage("总造价为12.5亿元。")]))
    chain = {"context": context, "question": RunnablePassthrough()} | prompt | RunnableLambda(note) | model
    assert (chain | StrOutputParser()).invoke(QUESTION) == "总造价为12.5亿元。"
    assert "12.5亿元" in seen[0]


def test_an_answer_comes_by_lines_with_its_sources(harbour: Settings) -> None:
    pieces = list(answering(harbour).stream(QUESTION))
    answer = ask(QUESTION, settings=harbour)
    assert len(pieces) > 1
    assert "".join(pieces).startswith(answer.text.strip())
    assert any(piece.startswith("[1] ") for piece in pieces)  # the sources, below the answer
    assert asyncio.run(answering(harbour).ainvoke(QUESTION)) == "".join(pieces)


def test_what_a_model_writes_is_streamed_unchecked_before_it_is_checked(harbour: Settings) -> None:
    written = ["总造价为", "12.5亿元[1]。", "另有九艘渡轮[7]。"]
    with scripted_server(says(*written)) as script:
        asked = harbour.model_copy(update={"backend": "openai:scripted", "base_url": script.url})
        pieces = list(answering(asked).stream(QUESTION))
        assert answering(asked).invoke(QUESTION) == "".join(pieces).partition("以下为核对后的回答。\n\n")[2]
        assert asyncio.run(_streamed(asked)) == pieces
    assert "核对" in pieces[0]
    assert pieces[1:4] == written
    assert pieces[4] == "\n\n以下为核对后的回答。\n\n"
    checked = "".join(pieces[5:])
    assert checked.startswith("总造价为12.5亿元[1]")
    assert "[7]" not in checked


async def _streamed(asked: Settings) -> list[str]:
    return [piece async for piece in answering(asked).astream(QUESTION)]


def test_an_agent_asks_the_documents(harbour: Settings) -> None:
    from langgraph.graph import END, START, MessagesState, StateGraph
    from langgraph.prebuilt import ToolNode

    call = {"name": "ask_documents", "args": {"question": QUESTION}, "id": "1"}
    model = GenericFakeChatModel(messages=iter([AIMessage("", tool_calls=[call]), AIMessage("12.5亿元。")]))
    graph = StateGraph(MessagesState)
    graph.add_node("model", lambda state: {"messages": [model.invoke(state["messages"])]})
    graph.add_node("tools", ToolNode([ask_tool(harbour)]))
    graph.add_edge(START, "model")
    graph.add_conditional_edges("model", lambda state: "tools" if state["messages"][-1].tool_calls else END)
    graph.add_edge("tools", "model")
    messages = graph.compile().invoke({"messages": [HumanMessage(QUESTION)]})["messages"]
    told = next(message for message in messages if isinstance(message, ToolMessage))
    assert "12.5亿元" in told.content
    assert messages[-1].content == "12.5亿元。"


def test_embeddings_are_those_of_the_index(harbour: Settings) -> None:
    embeddings = WenjuEmbeddings(harbour)
    near, far = embeddings.embed_documents(["南江大桥总造价为12.5亿元。", "The lighthouse keeps geese."])
    question = embeddings.embed_query(QUESTION)
    assert np.linalg.norm(question) == pytest.approx(1, abs=1e-3)
    assert np.dot(question, near) > np.dot(question, far)


def test_a_misspelt_setting_of_the_retriever_is_told(harbour: Settings) -> None:
    with pytest.raises(ValueError, match="top_k"):
        WenjuRetriever(settings=harbour, top_k=3)  # type: ignore[call-arg]
