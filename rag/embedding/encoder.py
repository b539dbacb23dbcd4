"""Token ids become states: the bundled model's encoder on OpenVINO. The only module that knows that package.

The graph (BERT, Devlin et al. 2019) is written here from the weights of a model folder. OpenVINO multiplies in bfloat16
where the processor has instructions for it (AVX-512 BF16, AMX), else in float32; cosines between the two are above
0.999. Each text is a request of its own on one thread, as many at once as there are cores: next to nothing is padded,
and no thread waits for another.
"""

from __future__ import annotations

import ctypes
import json
import os
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import numpy.typing as npt

# The package's converter reports each import to its makers over the network. Nothing here needs it, and the package
# goes on where it is missing.
sys.modules.setdefault("openvino.tools.ovc", None)  # type: ignore[arg-type]
import openvino as ov  # noqa: E402
from openvino import opset15 as op  # noqa: E402

Floats = npt.NDArray[np.float32]
WEIGHTS_FILE = "model.safetensors"  # in a model's folder
LENGTH_STEP = 16  # lengths are padded to a multiple: what is prepared for a length is kept, and need not be many
NEVER = -1e9  # added to the attention to what is padding
_PADDING = 1  # the id of padding
# How glibc's malloc is set, by the numbers of malloc.h. Left alone it keeps a heap for each thread that has searched,
# as large as the largest search, and never gives back what lies between two values that are still held.
_HEAPS, _MAPPED_FROM, _GIVEN_BACK_FROM = -8, -3, -1
_MALLOC = {_HEAPS: 1, _MAPPED_FROM: 1 << 20, _GIVEN_BACK_FROM: 16 << 20}  # bytes, but the first


def _set_malloc() -> None:
    """Have memory given back as soon as it is free; elsewhere than on glibc nothing is done."""
    set_option = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if set_option is not None:
        for option, value in _MALLOC.items():
            set_option(option, value)


def mapped_weights(path: Path) -> dict[str, Floats]:
    """Return the tensors of a float32 safetensors file, mapped: of the words' embeddings few rows are ever touched."""
    raw = np.memmap(path, np.uint8, mode="c")  # OpenVINO shares arrays only if they may be written: here, in memory
    start = 8 + int.from_bytes(raw[:8].tobytes(), "little")  # the size of a JSON header, the header, the values
    entries = json.loads(raw[8:start].tobytes())
    return {
        name: raw[start + entry["data_offsets"][0] : start + entry["data_offsets"][1]]
        .view("<f4")
        .reshape(entry["shape"])
        for name, entry in entries.items()
        if name != "__metadata__"
    }


class Encoder:
    """The BERT encoder of a model's folder, ready to run; safe to share between threads.

    A state is `width` long. `precision` is what it multiplies in, as OpenVINO calls it ("bf16", "f32"), `threads` how
    many texts it works on at once.
    """

    def __init__(self, folder: Path, weights: Mapping[str, Floats]) -> None:
        _set_malloc()
        config = json.loads((folder / "config.json").read_text("utf-8"))
        self.width = int(config["hidden_size"])
        self._words = weights["embeddings.word_embeddings.weight"]
        types = weights["embeddings.token_type_embeddings.weight"]
        self._places = weights["embeddings.position_embeddings.weight"] + types[0]
        self.threads = _threads()
        self._compiled = ov.Core().compile_model(
            _Graph(weights, config["num_attention_heads"], config["layer_norm_eps"]).model(),
            "CPU",
            {"NUM_STREAMS": self.threads, "INFERENCE_NUM_THREADS": self.threads, "ENABLE_CPU_PINNING": False},
        )
        # Not the package's own queue: its threads call back into Python, and one that does so as the interpreter ends
        # aborts the process.
        self._workers = ThreadPoolExecutor(self.threads, "encoder")
        self._own = threading.local()
        self.precision = str(self._compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name())

    def states(self, rows: Sequence[Sequence[int]]) -> list[Floats]:
        """Return for each row of n token ids its (n, width) float32 last states."""
        longest_first = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        found = dict(
            zip(longest_first, self._workers.map(self._run, [rows[place] for place in longest_first]), strict=True)
        )
        return [found[place] for place in range(len(rows))]

    def _run(self, row: Sequence[int]) -> Floats:
        if not hasattr(self._own, "request"):
            self._own.request = self._compiled.create_infer_request()
        self._own.request.infer(self._inputs(row))
        states: Floats = self._own.request.get_output_tensor().data[0, : len(row)].copy()
        return states

    def _inputs(self, row: Sequence[int]) -> list[Floats]:
        padding = -len(row) % LENGTH_STEP
        ids = np.pad(np.asarray(row, np.int64), (0, padding), constant_values=_PADDING)
        attention = np.zeros((1, 1, 1, len(ids)), np.float32)
        attention[..., len(row) :] = NEVER
        return [(self._words[ids] + self._places[: len(ids)])[None], attention]


def _threads() -> int:
    """Return how many threads to use: OMP_NUM_THREADS where it is set, as for NumPy, else the cores given to us."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdecimal() and int(wanted):
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class _Graph:
    """Writes the encoder as OpenVINO operations, layer by layer."""

    def __init__(self, weights: Mapping[str, Floats], heads: int, epsilon: float) -> None:
        self._weights, self._epsilon = weights, epsilon
        self._width = weights["embeddings.LayerNorm.weight"].shape[0]
        self._apart = op.constant([0, 0, heads, self._width // heads], np.int64)

    def model(self) -> ov.Model:
        """Return the model: sums of embeddings (1, n, width) and what attention adds (1, 1, 1, n) → states."""
        embedded = op.parameter([1, -1, self._width], np.float32)
        attention = op.parameter([1, 1, 1, -1], np.float32)
        states = self._norm(embedded, "embeddings.LayerNorm")
        layers = len({name.split(".")[2] for name in self._weights if name.startswith("encoder.layer.")})
        for place in range(layers):
            layer = f"encoder.layer.{place}"
            seen = self._linear(self._attended(states, attention, layer), f"{layer}.attention.output.dense")
            states = self._norm(op.add(seen, states), f"{layer}.attention.output.LayerNorm")
            inner = op.gelu(self._linear(states, f"{layer}.intermediate.dense"), "erf")
            states = self._norm(
                op.add(self._linear(inner, f"{layer}.output.dense"), states), f"{layer}.output.LayerNorm"
            )
        return ov.Model([states], [embedded, attention], "encoder")

    def _attended(self, states: ov.Node, attention: ov.Node, layer: str) -> ov.Node:
        heads_first = op.constant([0, 2, 1, 3], np.int64)
        parts = [
            op.transpose(
                op.reshape(self._linear(states, f"{layer}.attention.self.{part}"), self._apart, True), heads_first
            )
            for part in ("query", "key", "value")
        ]
        attended = op.transpose(op.scaled_dot_product_attention(*parts, attention), heads_first)
        return op.reshape(attended, op.constant([0, 0, self._width], np.int64), True)

    def _linear(self, states: ov.Node, name: str) -> ov.Node:
        product = op.matmul(states, self._constant(f"{name}.weight"), False, True)
        return op.add(product, self._constant(f"{name}.bias"))

    def _norm(self, states: ov.Node, name: str) -> ov.Node:
        even = op.mvn(states, op.constant([-1], np.int64), True, self._epsilon, "inside_sqrt")
        return op.add(op.multiply(even, self._constant(f"{name}.weight")), self._constant(f"{name}.bias"))

    def _constant(self, name: str) -> ov.Node:
        return op.constant(self._weights[name], shared_memory=True)
