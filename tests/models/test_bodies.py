"""The reduced body data: a body is what the real model makes, within a millimetre."""

from __future__ import annotations

import numpy as np
import pytest
from pocket3d_server.models.builtin_text.organic.body import (
    DATA,
    TO_GLTF,
    body_data,
    corner_weights,
    human_body,
    posed,
)


def test_data_is_small_and_names_its_source() -> None:
    assert DATA.stat().st_size < 6_000_000
    with np.load(DATA) as file:
        assert "CC0" in str(file["credit"])


def test_weights_are_a_mean_of_corners() -> None:
    weights = corner_weights(body_data().grid, {"gender": 0.3, "age": 0.5, "height": 2.0})
    assert weights.sum() == pytest.approx(1)
    assert weights.min() >= 0
    with pytest.raises(ValueError, match="unknown body measures: shoe_size"):
        corner_weights(body_data().grid, {"shoe_size": 1.0})


def test_measures_do_what_they_say() -> None:
    def height(**measures: float) -> float:
        return float(np.ptp(human_body(measures).vertices[:, 1]))

    assert height(age=0.0) < height(age=1 / 3) < height(age=2 / 3)
    assert height(height=0.2) < height(height=0.8)
    waist = [np.ptp(human_body({"weight": w}).vertices[:, 2]) for w in (0.1, 0.9)]
    assert waist[0] < waist[1]


def test_posing_turns_an_arm_and_leaves_the_rest() -> None:
    body = human_body({})
    turned = posed(body, {"upperarm01.L": (0, 0, -20)})
    moved = np.linalg.norm(turned.vertices - body.vertices, axis=1)
    arm = body.weight("lowerarm01.L", "wrist.L")
    assert moved[arm > 0.9].min() > 0.05
    assert moved[body.weight("upperleg", "head") > 0.9].max() < 1e-9
    assert turned.joint("wrist.L")[1] < body.joint("wrist.L")[1]


def test_bodies_are_annys_own() -> None:
    torch = pytest.importorskip("torch", reason="the real model needs torch")
    anny = pytest.importorskip("anny", reason="the real model is not installed")
    model = anny.Anny()
    rng = np.random.default_rng(5)
    for _ in range(4):
        measures = {name: float(rng.random()) for name in model.phenotype_labels}
        with torch.no_grad():
            true = model(phenotype_kwargs=measures)["rest_vertices"][0].numpy()
        mine = human_body(measures).vertices
        assert np.linalg.norm(mine - true[body_data().kept] @ TO_GLTF, axis=1).max() < 1e-3
