"""The sentence encoder: its tokens are BERT's, and its vectors put like with like."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.models.language import encoder

from tools import encode_phrases


@pytest.mark.parametrize(
    ("text", "ids"),
    [  # worked examples of the published bert-base-uncased vocabulary
        ("i like strawberries", [101, 1045, 2066, 13137, 20968, 102]),
        ("Hello, world!", [101, 7592, 1010, 2088, 999, 102]),
        ("café", [101, 7668, 102]),
        ("", [101, 102]),
    ],
)
def test_tokens_are_those_of_bert(text: str, ids: list[int]) -> None:
    assert encoder.tokenize(text) == ids


def test_what_has_no_word_pieces_is_unknown_and_long_texts_are_cut() -> None:
    assert encoder.tokenize("\U0001f984") == [101, 100, 102]
    assert len(encoder.tokenize("red car " * 200)) == 64


def test_similarities_are_those_the_models_authors_publish() -> None:
    """The example of the Sentence Transformers documentation; int8 weights cost under 0.01."""
    vectors = encoder.encode(
        ["The weather is lovely today.", "It's so sunny outside!", "He drove to the stadium."]
    )
    published = [[1.0, 0.666, 0.1046], [0.666, 1.0, 0.1411], [0.1046, 0.1411, 1.0]]
    np.testing.assert_allclose(vectors @ vectors.T, published, atol=0.02)


def test_vectors_are_unit_float32_and_do_not_depend_on_their_company() -> None:
    alone = encoder.encode_afresh(["wooden chair"])
    encoder._encode_one.cache_clear()
    together = encoder.encode_afresh(["a very long text about nothing much at all", "wooden chair"])
    assert alone.dtype == np.float32
    assert alone.shape == (1, 384)
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(alone[0], together[1])
    assert encoder.encode([]).shape == (0, 384)


def test_the_kits_names_are_encoded_beforehand() -> None:
    """All of them, and as the network has them. After a change: ``python -m tools.encode_phrases``."""
    names = encode_phrases.phrases()
    assert sorted(encoder._encoded()) == names
    some = names[::100]
    np.testing.assert_allclose((encoder.encode(some) * encoder.encode_afresh(some)).sum(axis=1), 1, atol=1e-3)
