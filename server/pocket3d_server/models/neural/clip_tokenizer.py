"""Prompts to the numbers that CLIP's text transformer knows: byte-level byte-pair encoding.

Sennrich et al., "Neural Machine Translation of Rare Words with Subword Units", 2016, over bytes as in Radford et al.,
"Language Models are Unsupervised Multitask Learners", 2019. The vocabulary is the released repository's own:
``vocab.json`` (piece -> number) and ``merges.txt`` (pairs of pieces, those that are joined first at the top), ``special_tokens_map.json`` where there is one.
"""

from __future__ import annotations

import json
import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

from pocket3d_server.models.engine import EngineError

LENGTH = 77
"""Tokens of a prompt, with the marks of its start and end."""
START, END = "<|startoftext|>", "<|endoftext|>"
WORD_END = "</w>"
WORDS = re.compile(r"'(?:s|t|re|ve|m|ll|d)|[a-z]+|0|[^a-z0 ]+")
"""Over `_shape`: endings after an apostrophe, runs of letters, single digits, runs of anything else."""


class ClipTokenizer:
    """Made from a repository's folder; called with a prompt."""

    def __init__(self, folder: Path) -> None:
        """Raises EngineError when a file is missing or damaged."""
        try:
            self._numbers: dict[str, int] = json.loads((folder / "vocab.json").read_text(encoding="utf-8"))
            lines = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()
            pairs = [line.split() for line in lines if line.strip() and not line.startswith("#version")]
            self._ranks = {(first, second): rank for rank, (first, second) in enumerate(pairs)}
            self._start, self._end = self._numbers[START], self._numbers[END]
            self._filling = self._numbers[_filling(folder)]
            missing = [a + b for a, b in self._ranks if a + b not in self._numbers]
            missing += [
                sign + end for sign in _signs() for end in ("", WORD_END) if sign + end not in self._numbers
            ]
            if missing:
                raise ValueError(f"vocab.json lacks {missing[0]!r}")
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise EngineError(
                f"the vocabulary in {folder.name} cannot be used: {error}",
                code="MODEL_UNAVAILABLE",
                suggestion="Remove the model and install it again with 'pocket3d-server models install'.",
            ) from error
        self._pieces = lru_cache(maxsize=4096)(self._split)

    def __call__(self, prompt: str) -> list[int]:
        """77 numbers: start, the prompt, end, and what fills up: ends, unless the repository has another. What is too long loses its end.

        Marks of start and end that a prompt spells out are text like any other.
        """
        numbers = [self._start]
        for word in words(prompt):
            numbers += self._pieces(word)
            if len(numbers) >= LENGTH:
                break
        numbers = [*numbers[: LENGTH - 1], self._end]
        return numbers + [self._filling] * (LENGTH - len(numbers))

    def _split(self, word: str) -> list[int]:
        """The pieces of a word: its bytes, joined pair by pair, always the pair first that stands highest."""
        signs = _signs()
        pieces = [signs[byte] for byte in word.encode("utf-8")]
        pieces[-1] += WORD_END
        while len(pieces) > 1:
            best = min(pairwise(pieces), key=lambda pair: self._ranks.get(pair, len(self._ranks)))
            if best not in self._ranks:
                break
            joined: list[str] = []
            for piece in pieces:
                # A piece that was just joined has its own pair behind it, so "aaa" gives "aa", "a".
                if joined and (joined[-1], piece) == best:
                    joined[-1] += piece
                else:
                    joined.append(piece)
            pieces = joined
        return [self._numbers[piece] for piece in pieces]


def _filling(folder: Path) -> str:
    """The piece that fills up short prompts: the end's, or that of ``special_tokens_map.json`` where there is one."""
    special = folder / "special_tokens_map.json"
    named = json.loads(special.read_text(encoding="utf-8")).get("pad_token") if special.exists() else None
    return str(named["content"] if isinstance(named, dict) else named or END)


def words(prompt: str) -> list[str]:
    """A prompt in composed, lower-case letters, cut into words, digits and runs of signs; no white space."""
    # Letter by letter, as it was trained: a whole word would give another sigma at its end.
    text = "".join(sign.lower() for sign in unicodedata.normalize("NFC", prompt))
    return [text[found.start() : found.end()] for found in WORDS.finditer("".join(map(_shape, text)))]


def _shape(sign: str) -> str:
    """What kind of character it is: letters of ASCII and apostrophes themselves, else ``x``, ``0``, space or ``!``."""
    if sign == "'" or "a" <= sign <= "z":
        return sign
    if sign.isspace():
        return " "
    return {"L": "x", "N": "0"}.get(unicodedata.category(sign)[0], "!")


@lru_cache(maxsize=1)
def _signs() -> tuple[str, ...]:
    """A character that can be seen for each of the 256 bytes: itself where it is one, else one from 256 on."""
    seen = {*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)}
    unseen = [byte for byte in range(256) if byte not in seen]
    return tuple(chr(byte if byte in seen else 256 + unseen.index(byte)) for byte in range(256))
