from __future__ import annotations

import json

import pytest
from scripted_server import Handler, Script, Step, says, scripted_server

from rag.backends import AnswerRequest, load_backend
from rag.backends.providers import Provider, address_of, key_for, key_variable_of, list_models, providers
from rag.errors import BackendFailed
from rag.loopback import is_own_address
from rag.settings import Settings

KEYS = sorted({one.key_variable for one in providers() if one.key_variable} | {"WENJU_API_KEY"})


@pytest.fixture(autouse=True)
def _all_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every key is set, each to a value that names its variable."""
    for name in KEYS:
        monkeypatch.setenv(name, f"值-{name}".encode().hex())
    for name in ("OPENAI_BASE_URL", "OPENAI_API_BASE", "WENJU_BASE_URL"):
        monkeypatch.delenv(name, raising=False)


def sent(variable: str) -> str:
    return f"值-{variable}".encode().hex()


def answer_of(script: Script, settings: Settings) -> str:
    list(load_backend(settings).write(AnswerRequest("闸门何时检修？", ())))
    return script.headers[-1]["authorization"].removeprefix("Bearer ")


@pytest.mark.parametrize("provider", providers(), ids=lambda one: one.name)
def test_each_provider_loads_with_what_is_installed_and_is_asked_at_its_own_address(provider: Provider) -> None:
    name, example = provider.name, provider.example
    settings = Settings(backend=f"{name}:{example}")
    assert load_backend(settings).name == f"{name}:{example}"
    assert address_of(settings) == provider.address
    assert key_variable_of(settings) == provider.key_variable


@pytest.mark.slow
@pytest.mark.parametrize("provider", providers(), ids=lambda one: one.name)
def test_no_key_goes_to_another_address(provider: Provider) -> None:
    with scripted_server(says("好[1]。")) as script:
        settings = Settings(backend=f"{provider.name}:模型", base_url=script.url)
        got = answer_of(script, settings)
    assert got not in {sent(name) for name in KEYS}


@pytest.mark.slow
@pytest.mark.parametrize("provider", providers(), ids=lambda one: one.name)
def test_the_own_key_goes_to_the_address_that_was_set_beside_it_only(
    provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = f"{provider.name}:模型"
    with scripted_server(says("好[1]。")) as ours, scripted_server(says("好[1]。")) as theirs:
        monkeypatch.setenv("WENJU_BASE_URL", ours.url)
        assert answer_of(ours, Settings(backend=backend)) == sent("WENJU_API_KEY")
        assert answer_of(theirs, Settings(backend=backend, base_url=theirs.url)) not in {sent(n) for n in KEYS}


def test_the_address_that_openais_client_takes_from_the_environment_gets_its_key(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with scripted_server(says("好[1]。")) as script:
        monkeypatch.setenv("OPENAI_BASE_URL", script.url)
        assert answer_of(script, Settings(backend="openai:m")) == sent("OPENAI_API_KEY")
        assert key_variable_of(Settings(backend="openai:m", base_url="https://api.openai.com/v1")) == ""


@pytest.mark.parametrize("held", ["“sk-1”", "sk-密", "sk\n1"])
def test_what_is_no_key_is_told_without_it(held: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DASHSCOPE_API_KEY", held)
    with pytest.raises(BackendFailed, match="what stands in DASHSCOPE_API_KEY is no key") as caught:
        key_for(Settings(backend="qwen:qwen-max"))
    assert held not in str(caught.value)


def test_an_address_with_a_password_is_refused_without_it() -> None:
    with pytest.raises(BackendFailed, match=r"the address of 127\.0\.0\.1:9 holds a user or password") as caught:
        key_for(Settings(backend="openai:m", base_url="http://lin:geheim@127.0.0.1:9/v1"))
    assert "geheim" not in str(caught.value)


def test_a_provider_without_its_key_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DASHSCOPE_API_KEY")
    with pytest.raises(BackendFailed, match="no key for qwen") as caught:
        key_for(Settings(backend="qwen:qwen-plus"))
    assert (caught.value.code, "DASHSCOPE_API_KEY" in caught.value.advice) == ("no_key", True)


@pytest.mark.parametrize(
    ("address", "inside"),
    [
        ("http://127.0.0.1:11434/v1", True),
        ("http://localhost:8080", True),
        ("https://[::1]:8000/v1", True),
        ("http://127.9.9.9/v1", True),
        ("http://localhost.evil.example/v1", False),
        ("http://127.0.0.1.evil.example/v1", False),
        ("http://evil.example/127.0.0.1", False),
        ("http://127.0.0.1@evil.example/v1", False),
        ("http://user:pass@127.0.0.1/v1", False),
        ("http://192.168.1.7:11434/v1", False),
        ("http://0.0.0.0:80/v1", False),
        ("file:///etc/passwd", False),
        ("ftp://127.0.0.1/v1", False),
        ("127.0.0.1:11434", False),
        ("http://[::1", False),
        ("http://127.0.0.1:口/v1", False),
        ("本机", False),
        ("", False),
    ],
)
def test_what_is_on_this_machine(address: str, inside: bool) -> None:
    assert is_own_address(address) is inside


def lists(body: object, status: int = 200) -> Step:
    def get(handler: Handler) -> None:
        text = json.dumps(body, ensure_ascii=False).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(text)))
        handler.end_headers()
        handler.wfile.write(text)

    return get


def test_the_models_of_a_server_are_listed_in_order_and_without_a_key() -> None:
    with scripted_server(says("好")) as script:
        script.listing = lists({"object": "list", "data": [{"id": "通义:8b"}, {"id": "glm"}, {"id": "坏\n名"}]})
        assert list_models(Settings(backend="ollama:x", base_url=script.url)) == ["glm", "通义:8b"]
    assert script.headers[-1]["authorization"] not in {f"Bearer {sent(name)}" for name in KEYS}


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"error": "没有"}, 404, "no_model"),
        ({"error": "密钥"}, 401, "key"),
        ([1], 200, "no_list"),
        ({}, 200, "no_list"),
    ],
)
def test_a_server_without_a_list_says_so(body: object, status: int, code: str) -> None:
    with scripted_server(says("好")) as script:
        script.listing = lists(body, status)
        with pytest.raises(BackendFailed) as caught:
            list_models(Settings(backend="vllm:x", base_url=script.url))
    assert caught.value.code == code
