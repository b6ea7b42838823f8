"""The text engine as the runner uses it."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.geometry.asset import Material
from pocket3d_server.models.builtin_text import BuiltinText
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.patterns import PATTERNS
from pocket3d_server.models.builtin_text.router import subject_of
from pocket3d_server.models.builtin_text.statue import substance_of
from pocket3d_server.models.engine import EngineError, EngineResult, MeshRequest
from pocket3d_server.models.language.understand import tokens_of, understand


@pytest.fixture(scope="module")
def engine() -> BuiltinText:
    made = BuiltinText()
    made.load("cpu")
    return made


def run(engine: BuiltinText, prompt: str, **settings: object) -> tuple[EngineResult, list[tuple[float, str]]]:
    seen: list[tuple[float, str]] = []
    request = MeshRequest.model_validate({"text_prompt": prompt, "texture_resolution": 512, **settings})
    return engine.run(request, lambda f, s: seen.append((f, s))), seen


def materials(result: EngineResult) -> list[Material]:
    return [p.material for p in result.asset.primitives()]


def test_a_known_object_comes_with_stages_and_confidence(engine: BuiltinText) -> None:
    result, seen = run(engine, "a wooden chair")
    assert result.source == "template"
    assert result.confidence > 0.9
    assert result.notes == []
    assert result.asset.extras["family"] == "chair"
    fractions = [f for f, _ in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert {"understanding_prompt", "building_parts", "texturing"} <= {s for _, s in seen}


def test_an_unknown_object_says_so(engine: BuiltinText) -> None:
    result, _ = run(engine, "a stethoscope")
    assert result.confidence < 0.5
    assert "stethoscope" in result.notes[0]


def test_no_prompt_is_an_error_the_caller_can_mend(engine: BuiltinText) -> None:
    with pytest.raises(EngineError, match="prompt") as raised:
        run(engine, "   ")
    assert raised.value.suggestion


def test_size_words_scale_and_things_stand_on_the_ground(engine: BuiltinText) -> None:
    usual, _ = run(engine, "a mug")
    giant, _ = run(engine, "a giant mug")
    (low, high), (low2, high2) = usual.asset.bounds(), giant.asset.bounds()
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert low2[1] == pytest.approx(0, abs=1e-6)
    assert (high2 - low2)[1] > 2 * (high - low)[1]


def test_textures_have_the_asked_resolution(engine: BuiltinText) -> None:
    for size in (512, 1024):
        result, _ = run(engine, "a wooden table", texture_resolution=size)
        images = [m.base_color_image for m in materials(result) if m.base_color_image is not None]
        assert max(len(i) for i in images) == size
        assert any(m.normal_image is not None for m in materials(result))
        assert any(m.metallic_roughness_image is not None for m in materials(result))
    sizes = {}
    for size in (512, 1024):  # painted coats too
        result, _ = run(engine, "a mushroom", texture_resolution=size)
        sizes[size] = max(
            len(m.base_color_image) for m in materials(result) if m.base_color_image is not None
        )
    assert sizes[1024] == 2 * sizes[512]


def test_texturing_keeps_the_colour_that_was_asked_for(engine: BuiltinText) -> None:
    result, _ = run(engine, "a red wooden chair")
    m = next(m for m in materials(result) if m.base_color_image is not None)
    assert m.base_color_image is not None
    image = m.base_color_image[..., :3] / 255
    linear = np.where(image <= 0.04045, image / 12.92, ((image + 0.055) / 1.055) ** 2.4)
    mean = linear.mean(axis=(0, 1)) * m.base_color[:3]
    assert mean[0] > 4 * mean[1]
    assert 0.4 < mean[0] < 0.75


def test_the_same_request_gives_the_same_result(engine: BuiltinText) -> None:
    first, _ = run(engine, "a medieval tower", seed=3)
    again, _ = run(engine, "a medieval tower", seed=3)
    for p, q in zip(first.asset.primitives(), again.asset.primitives(), strict=True):
        np.testing.assert_array_equal(p.vertices, q.vertices)
        if p.material.base_color_image is not None:
            np.testing.assert_array_equal(p.material.base_color_image, q.material.base_color_image)


@pytest.mark.parametrize("name", PATTERNS)
def test_patterns_tile_and_stay_in_range(name: str) -> None:
    """The step across the tile's edge is no larger than the steps inside it."""
    surface = PATTERNS[name].draw(128, np.random.default_rng(5))
    assert surface.tone.shape == (128, 128, 3)
    for grid in (surface.tone.mean(axis=2), surface.roughness):
        assert grid.min() >= 0
        assert grid.max() <= 1 + 1e-9
        for axis in (0, 1):
            inside = np.abs(np.diff(grid, axis=axis)).mean(axis=1 - axis)
            edge = np.abs(grid.take(0, axis=axis) - grid.take(-1, axis=axis)).mean()
            assert edge <= inside.max() + 1e-9


@pytest.mark.parametrize(("prompt", "family", "metallic"), [
    ("a wooden horse", "horse", False), ("a gold mushroom", "mushroom", True),
])  # fmt: skip
def test_figures_are_of_one_material(engine: BuiltinText, prompt: str, family: str, metallic: bool) -> None:
    result, _ = run(engine, prompt, quality="low")
    assert result.asset.extras["family"] == family
    assert len({id(m.base_color_image) for m in materials(result)}) == 1
    packed = materials(result)[0].metallic_roughness_image
    assert packed is not None
    covered = np.asarray(packed)[..., 2][np.asarray(packed)[..., 1] > 0]
    assert (np.median(covered) > 200) == metallic


@pytest.mark.parametrize(
    ("prompt", "family", "substance"),
    [
        ("a silver birch", "birch", None), ("a snow leopard", "leopard", None), ("an oak tree", "tree", None),
        ("a man with a gold crown", "person", None), ("a table of wood", "table", None),
        ("a marble statue of a woman", "person", "marble"), ("an eagle sculpture", "eagle", "stone"),
        ("a figurine of a cat", "cat", "bronze"), ("a glass rose", "rose", "glass"),
    ],
)  # fmt: skip
def test_what_a_figure_is_made_of(prompt: str, family: str, substance: str | None) -> None:
    """Names of kinds and of parts are no substance of the whole."""
    subject = subject_of(tokens_of(prompt))
    kind = all_families().get(family) or all_families()["tree"]
    assert substance_of(understand(prompt, head=subject[-1]), kind) == substance


@pytest.mark.parametrize(("prompt", "said"), [
    ("a dog dancing", "poses are not made yet"), ("a chair with a stethoscope", "Left out: stethoscope"),
    ("a table without legs", "Without legs"), ("ein rotes Auto", "English"), ("a log cabin in the forest", "Left out: forest"),
    ("🚗", "no English word"),
])  # fmt: skip
def test_what_is_left_out_is_said(engine: BuiltinText, prompt: str, said: str) -> None:
    result, _ = run(engine, prompt, quality="low")
    assert said in " ".join(result.notes)
    assert result.confidence <= 0.6


@pytest.mark.parametrize("prompt", ["a mug with no handle", "a mug without a handle"])
def test_a_mug_may_do_without_its_handle(engine: BuiltinText, prompt: str) -> None:
    result, _ = run(engine, prompt)
    assert "handle" not in {p.name for p in result.asset.parts}
    assert result.notes == []


def test_a_man_in_a_suit_wears_jacket_and_trousers(engine: BuiltinText) -> None:
    result, _ = run(engine, "a man in a suit", quality="low")
    assert {"jacket", "trousers", "shirt"} <= {p.name for p in result.asset.parts}
    assert result.notes == []


def test_a_cushion_has_its_own_colour(engine: BuiltinText) -> None:
    result, _ = run(engine, "a wooden chair with a red cushion")
    seat, cushion = (
        next(p.primitives[0].material for p in result.asset.parts if p.name == name)
        for name in ("seat", "cushion")
    )
    assert cushion.base_color[0] > 4 * cushion.base_color[2]
    assert seat.name == "frame", "the wood of the whole chair"
