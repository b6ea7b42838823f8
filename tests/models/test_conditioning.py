"""Prompts cut into the pieces that CLIP knows, pictures made ready for DINOv2, and files that are neither."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.neural.clip_tokenizer import ClipTokenizer, _signs, words
from pocket3d_server.models.pictures.picture import read_picture
from pocket3d_server.models.trellis.preprocess import SIDE, prepare

MERGES = [
    ("c", "h"),
    ("ch", "a"),
    ("a", "a"),
    ("i", "r</w>"),
    ("cha", "ir</w>"),
    ("Ã", "©</w>"),
    ("r", "e"),
    ("re", "d</w>"),
]


@pytest.fixture
def vocabulary(tmp_path: Path) -> Path:
    """All bytes, alone and at the end of a word, eight merges, and the two marks."""
    pieces = [*_signs(), *(sign + "</w>" for sign in _signs()), *(a + b for a, b in MERGES)]
    pieces += ["<|startoftext|>", "<|endoftext|>"]
    (tmp_path / "vocab.json").write_text(
        json.dumps({piece: k for k, piece in enumerate(pieces)}), encoding="utf-8"
    )
    merges = "".join(f"{a} {b}\n" for a, b in MERGES)
    (tmp_path / "merges.txt").write_text(f"#version: 0.2\n{merges}", encoding="utf-8")
    return tmp_path


def pieces_of(folder: Path, prompt: str) -> list[str]:
    """The pieces of a prompt, without marks."""
    names = {
        number: piece for piece, number in json.loads((folder / "vocab.json").read_text("utf-8")).items()
    }
    numbers = ClipTokenizer(folder)(prompt)
    assert len(numbers) == 77
    found = [names[number] for number in numbers]
    assert found[0] == "<|startoftext|>"
    end = found.index("<|endoftext|>")
    assert set(found[end:]) == {"<|endoftext|>"}
    return found[1:end]


@pytest.mark.parametrize(
    ("prompt", "pieces"),
    [
        ("", []),
        ("Red  CHAIR", ["red</w>", "chair</w>"]),
        ("chairs", ["cha", "i", "r", "s</w>"]),
        ("aaa é", ["aa", "a</w>", "Ã©</w>"]),
        ("e\u0301", ["Ã©</w>"]),
        ("12 x", ["1</w>", "2</w>", "x</w>"]),
        ("\U0001f44d", ["ð", "Ł", "ĳ", "į</w>"]),
        ("a" * 200, ["aa"] * 75),
        ("x " * 200, ["x</w>"] * 75),
    ],
)
def test_pieces(vocabulary: Path, prompt: str, pieces: list[str]) -> None:
    assert pieces_of(vocabulary, prompt) == pieces


@pytest.mark.parametrize(
    ("prompt", "cut"),
    [
        ("It's the O'Neils', don't!", ["it", "'s", "the", "o", "'", "neils", "',", "don", "'t", "!"]),
        ("3.5kg of wood-chips_x", ["3", ".", "5", "kg", "of", "wood", "-", "chips", "_", "x"]),
        ("ΟΔΟΣ\t日本 ½Ⅷ\n", ["οδοσ", "日本", "½", "ⅷ"]),
        ("<|endoftext|>", ["<|", "endoftext", "|>"]),
    ],
)
def test_words(prompt: str, cut: list[str]) -> None:
    assert words(prompt) == cut


@pytest.mark.parametrize("damage", ["vocab.json", "merges.txt", "json", "piece"])
def test_damaged_vocabularies(vocabulary: Path, damage: str) -> None:
    if damage == "json":
        (vocabulary / "vocab.json").write_text("[")
    elif damage == "piece":
        (vocabulary / "merges.txt").write_text("q q\n")
    else:
        (vocabulary / damage).unlink()
    with pytest.raises(EngineError, match="vocabulary") as raised:
        ClipTokenizer(vocabulary)
    assert "install" in raised.value.suggestion


def drawn(
    mode: str, background: tuple[int, ...], box: tuple[int, int, int, int] = (40, 70, 140, 110)
) -> Image.Image:
    """A red box of 100 x 40 pixels with a blue spot."""
    image = Image.new(mode, (300, 200), background)
    ImageDraw.Draw(image).rectangle(box, fill=(200, 30, 20, 255)[: len(mode)])
    ImageDraw.Draw(image).ellipse((60, 80, 75, 95), fill=(20, 40, 200, 255)[: len(mode)])
    return image


@pytest.mark.parametrize(
    ("mode", "background"),
    [
        ("RGBA", (0, 0, 0, 0)),
        ("RGB", (255, 255, 255)),
        ("RGBA", (250, 250, 245, 255)),
        ("RGBA", (255, 255, 255, 8)),
    ],
    ids=["alpha", "plain", "opaque", "veil"],
)
def test_objects_fill_a_square_on_black(tmp_path: Path, mode: str, background: tuple[int, ...]) -> None:
    """Whatever it stood before, the box takes 1 / 1.2 of the width, in the middle, and the rest is black or nearly so."""
    drawn(mode, background).save(tmp_path / "a.png")
    drawn("RGBA", (0, 0, 0, 0)).save(tmp_path / "b.png")
    first, second = (prepare(read_picture(tmp_path / name)) for name in ("a.png", "b.png"))
    for prepared in (first, second):
        assert prepared.pixels.shape == (SIDE, SIDE, 3)
        assert prepared.pixels.dtype == np.uint8
        rows, columns = np.nonzero(prepared.pixels.max(axis=2) > 60)
        assert np.ptp(columns) == pytest.approx(SIDE / 1.2, abs=8)
        assert np.ptp(rows) == pytest.approx(SIDE / 1.2 * 0.4, abs=8)
        assert columns.mean() == pytest.approx(SIDE / 2, abs=6)
        assert prepared.pixels[:120].max() <= 8
    differing = (np.abs(first.pixels.astype(int) - second.pixels) > 40).any(axis=2).mean()
    assert differing < 0.02
    assert first.confidence > 0.8


def test_objects_at_the_border_and_tiny_ones() -> None:
    """The square may leave the picture; one solid pixel is an object too."""
    picture = np.zeros((64, 64, 4), np.float32)
    picture[:20, :40] = 1
    pixels = prepare(picture).pixels
    assert pixels[SIDE // 2, SIDE // 2].min() == 255
    assert not pixels[:, :10].any()
    picture[:] = 0
    picture[10:40, 10:40] = 0.6
    picture[30, 30] = 1
    assert prepare(picture).pixels.shape == (SIDE, SIDE, 3)


def test_pictures_without_an_object(tmp_path: Path) -> None:
    veil = np.full((64, 64, 4), 0.6, np.float32)
    veil[:20, :, 3] = 0
    with pytest.raises(EngineError, match="solid enough") as raised:
        prepare(veil)
    assert "opaque" in raised.value.suggestion
    with pytest.raises(EngineError, match="no object"):
        prepare(np.ones((64, 64, 4), np.float32))
    (tmp_path / "a.png").write_bytes(b"no picture")
    with pytest.raises(EngineError, match=r"a\.png"):
        prepare(read_picture(tmp_path / "a.png"))


def test_files_that_are_other_networks(tmp_path: Path) -> None:
    """Named in words, not by a missing key deep inside."""
    torch = pytest.importorskip("torch", reason="the models extra is not installed")
    from pocket3d_server.models.neural.clip_text import load_clip_text
    from pocket3d_server.models.neural.dinov2 import load_dinov2
    from safetensors.torch import save_file

    save_file({"cls_token": torch.zeros(1, 1, 4)}, tmp_path / "model.safetensors")
    with pytest.raises(EngineError, match="no DINOv2"):
        load_dinov2(tmp_path / "model.safetensors")
    with pytest.raises(EngineError, match="no text transformer of CLIP"):
        load_clip_text(tmp_path / "model.safetensors")
