"""The picture library: read safely out of its archive, found by words, lifted by the text engine where its kit ends."""

from __future__ import annotations

import hashlib
import io
import re
import tarfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pocket3d_server.models.builtin_pictures import BuiltinPictures, library
from pocket3d_server.models.builtin_pictures.catalogue import pictures
from pocket3d_server.models.builtin_pictures.library import FOLDER, LARGEST, Library
from pocket3d_server.models.builtin_text import BuiltinText
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.gallery import Gallery, picture_of
from pocket3d_server.models.builtin_text.router import Router
from pocket3d_server.models.engine import EngineError, EngineResult, MeshRequest
from pocket3d_server.models.language.understand import tokens_of
from pocket3d_server.models.language.words import FILLERS
from pocket3d_server.models.weights import WeightFile, Weights

AMULET, TENT = "1f9ff", "1f3aa"
"""A nazar amulet, which no kit will ever have; a circus tent, of which it knows the last word."""


def webp(colour: str) -> bytes:
    """A shaded disc, 96 x 96 pixels, transparent around."""
    picture = Image.new("RGBA", (96, 96))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((8, 8, 88, 88), fill=colour)
    draw.ellipse((34, 34, 62, 62), fill="white")
    buffer = io.BytesIO()
    picture.save(buffer, "WEBP", lossless=True)
    return buffer.getvalue()


def archive(path: Path, members: dict[str, bytes | str]) -> Path:
    """A package's archive; a text is where a symbolic link leads."""
    with tarfile.open(path, "w:gz") as tar:
        for name, content in members.items():
            member = tarfile.TarInfo(name)
            if isinstance(content, str):
                member.type, member.linkname = tarfile.SYMTYPE, content
                tar.addfile(member)
            else:
                member.size = len(content)
                tar.addfile(member, io.BytesIO(content))
    return path


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weights:
    """With a library of two pictures, in the layout of the real one."""
    packed = archive(
        tmp_path / "packed.tgz",
        {"package/package.json": b"{}"} | {f"{FOLDER}/{code}.webp": webp("navy") for code in (AMULET, TENT)},
    )
    content = packed.read_bytes()
    released = WeightFile(
        "npm:@tests/pictures", "2.0.0", packed.name, len(content), hashlib.sha256(content).hexdigest()
    )
    monkeypatch.setattr(library, "RELEASE", released)
    weights = Weights(tmp_path / "models")
    weights.path(released).parent.mkdir(parents=True)
    packed.rename(weights.path(released))
    return weights


def made(prompt: str, weights: Weights | None) -> EngineResult:
    engine = BuiltinText()
    if weights is not None:
        engine.weights = weights
    request = MeshRequest(seed=1, text_prompt=prompt, quality="low", texture_resolution=512)
    return engine.run(request, lambda fraction, stage: None)


def test_only_a_picture_under_its_exact_name_is_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.webp"
    secret.write_bytes(b"secret")
    evil = archive(
        tmp_path / "evil.tgz",
        {
            f"../{FOLDER}/{AMULET}.webp": b"outside",
            f"{FOLDER}/../assets/{AMULET}.webp": b"roundabout",
            f"/{FOLDER}/{AMULET}.webp": b"absolute",
            f"{FOLDER}/{TENT}.webp": str(secret),
            f"{FOLDER}/1f98a.webp": bytes(LARGEST + 1),
        },
    )
    before = sorted(tmp_path.rglob("*"))
    for code in (AMULET, TENT, "1f98a", "../../secret"):
        with pytest.raises(EngineError, match="no picture") as refused:
            Library(evil).picture(code)
        assert "install it again" in refused.value.suggestion
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written by the names in an archive"
    damaged = tmp_path / "damaged.tgz"
    damaged.write_bytes(b"no archive")
    with pytest.raises(EngineError, match="cannot be read"):
        Library(damaged).picture(AMULET)


def test_every_line_of_the_catalogue_is_of_use() -> None:
    known = pictures()
    assert len(known) > 800
    meant: dict[tuple[str, ...], str] = {}
    for picture in known.values():
        for name in picture.names:
            words = tuple(word for word in tokens_of(name) if word not in FILLERS)
            assert meant.setdefault(words, picture.label) == picture.label, name
    for code, picture in known.items():
        assert re.fullmatch(r"[0-9a-f]{4,5}(-[0-9a-f]{4,5})*", code)
        assert not re.search("1f3f[b-f]", code), "a skin tone"
        assert 0.01 <= picture.size <= 100
    assert Library.of(Weights(Path("nowhere"))) is None


def test_kit_and_library_share_the_words_as_they_know_them() -> None:
    kit = Router(all_families())
    kit.gallery = Gallery(Library(Path("never opened")))
    for prompt, shown in {
        "a nazar amulet": "nazar amulet",
        "two old evil eyes": "nazar amulet",
        "a circus tent": "circus tent",
        "a tram car": "tram car",
        "a ball of yarn": "ball of yarn",
        "two balls of yarn": "ball of yarn",
        "skull and crossbones": "skull and crossbones",
        "a tent": None,
        "a red wooden chair": None,
        "a christmas tree": None,
    }.items():
        route = kit.choose(prompt)
        picture = picture_of(route)
        assert (picture.label if picture else None) == shown, prompt
        assert route.known
    assert kit.is_name("skull and crossbones")
    assert not kit.is_name("fork and knife")


def test_a_picture_stands_in_for_what_the_kit_does_not_know(weights: Weights) -> None:
    result = made("a nazar amulet", weights)
    assert result.source == "picture"
    assert result.confidence <= 0.6
    assert any("nazar amulet" in n and "2.0.0" in n and "MIT" in n for n in result.notes)
    (told,) = result.asset.extras["pictures"]
    assert told["file"] == f"{FOLDER}/{AMULET}.webp"
    assert told["licence"] == "MIT"
    low, high = result.asset.bounds()
    assert np.isclose((high - low).max(), pictures()[AMULET].size)
    assert np.isclose(low[1], 0)
    assert result.asset.parts[0].primitives[0].material.base_color_image is not None

    scene = made("a red nazar amulet on a table", weights)
    assert scene.asset.extras["things"] == ["nazar_amulet", "table"]
    assert "A picture keeps its own colours and materials." in scene.notes


def test_without_the_library_the_way_to_it_is_told() -> None:
    result = made("a table with a nazar amulet on it", None)
    assert result.source == "template"
    assert any("models install builtin_pictures" in n and "nazar amulet" in n for n in result.notes)
    assert not any("builtin_pictures" in n for n in made("a table", None).notes)


def test_the_library_is_a_model_of_its_own(weights: Weights) -> None:
    engine = BuiltinPictures()
    engine.weights = weights
    engine.load("cpu")
    request = MeshRequest(seed=1, text_prompt="an evil eye", quality="low")
    result = engine.run(request, lambda fraction, stage: None)
    assert (result.source, result.asset.extras["pictures"][0]["picture"]) == ("picture", "nazar amulet")
    assert len(result.notes) == 1
    with pytest.raises(EngineError, match="text prompt"):
        engine.run(MeshRequest(seed=1, text_prompt=" "), lambda fraction, stage: None)
    absent = BuiltinPictures()
    absent.weights = Weights(weights.folder / "elsewhere")
    with pytest.raises(EngineError, match="not installed"):
        absent.load("cpu")
