"""FBX files go to Blender and come from it: its importers and its exporter against ours."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bones import posed, rest_matrices
from pocket3d_server.geometry.fbx.write import write_fbx
from pocket3d_server.geometry.read import read_asset
from scipy.spatial.transform import Rotation

from .conftest import VERSIONS, blender_python

EXCHANGE = Path(__file__).parent / "fbx_exchange.py"
HEIGHT = 2.0


def figure() -> Asset:
    """A tube of two materials, bent by two bones."""
    rings, around = 9, 8
    angle = np.linspace(0, 2 * np.pi, around, endpoint=False)
    height = np.linspace(0, HEIGHT, rings)
    points = np.stack(
        [
            np.tile(0.3 * np.cos(angle), rings),
            np.repeat(height, around),
            np.tile(0.2 * np.sin(angle), rings),
        ],
        axis=1,
    )
    k = np.arange((rings - 1) * around)
    beside = k - k % around + (k + 1) % around
    faces = np.concatenate(
        [np.stack([k, k + around, beside], 1), np.stack([beside, k + around, beside + around], 1)]
    )
    share = np.clip(points[:, 1] / HEIGHT, 0, 1)
    weights = np.stack([1 - share, share], axis=1)
    image = np.random.default_rng(0).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    uv = np.stack([np.tile(angle / 7, rings), np.repeat(height / HEIGHT, around)], axis=1)
    half = len(faces) // 2
    materials = (
        Material("painted", (1, 1, 1, 1), metallic=0.25, roughness=0.4, base_color_image=image),
        Material("plain", (0.2, 0.4, 0.6, 1), metallic=0.0, roughness=0.7),
    )
    primitives = [
        Primitive(points, some, material, uv, points * [1, 0, 1] * 3, weights)
        for some, material in zip((faces[:half], faces[half:]), materials)
    ]
    heads = np.array([[0.0, 0, 0], [0, 1, 0.1]])
    skeleton = Skeleton(["upper", "lower"], [-1, 0], heads, np.array([[0, 1, 0.1], [0, 2, 0]]))
    return Asset([Part("body", primitives)], skeleton)


@pytest.fixture(scope="module", params=VERSIONS)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """After Blender has read our file and written its own."""
    python = blender_python(request.param)
    made = tmp_path_factory.mktemp("fbx")
    write_fbx(figure(), made / "ours.fbx")
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "PYTHONHOME"}}
    environment["BLENDER_USER_RESOURCES"] = str(made)
    done = subprocess.run(
        [python, EXCHANGE, made], env=environment, capture_output=True, text=True, timeout=200
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return made


def z_up(points: np.ndarray) -> np.ndarray:
    """Blender's axes from ours."""
    return np.stack([points[:, 0], -points[:, 2], points[:, 1]], axis=1)


def test_blender_reads_ours(folder: Path) -> None:
    found, made = np.load(folder / "found.npz"), figure()
    importers = {key.split()[0] for key in found}
    points = np.concatenate([p.vertices for p in made.parts[0].primitives])
    assert made.skeleton is not None
    for name in importers:
        assert list(found[f"{name} bones"]) == ["upper", "lower"]
        np.testing.assert_allclose(found[f"{name} heads"], z_up(made.skeleton.heads), atol=1e-5)
        np.testing.assert_allclose(found[f"{name} rest"], z_up(points), atol=1e-5)
        assert list(found[f"{name} images"]) == [True, False]
        if name == "old":  # the new one takes metalness from a few programs only
            np.testing.assert_allclose(found[f"{name} Metallic"], [0.25, 0], atol=1e-5)
        np.testing.assert_allclose(found[f"{name} Roughness"], [0.4, 0.7], atol=1e-5)
        corners = np.concatenate([p.uv[p.faces] for p in made.parts[0].primitives if p.uv is not None])
        np.testing.assert_allclose(found[f"{name} uv"], corners.reshape(-1, 2) * [1, -1] + [0, 1], atol=1e-5)
        # The bone is bent about its own X.
        rest = rest_matrices(made.skeleton)
        bent = np.eye(4)
        bent[:3, :3] = Rotation.from_euler("x", 60, degrees=True).as_matrix()
        moves = np.stack([np.eye(4), rest[1] @ bent @ np.linalg.inv(rest[1])])
        weights = np.concatenate([p.weights for p in made.parts[0].primitives if p.weights is not None])
        np.testing.assert_allclose(
            found[f"{name} posed"], z_up(posed(points, None, weights, moves)[0]), atol=1e-4
        )


@pytest.mark.parametrize("name", ["default.fbx", "z_up.fbx"])
def test_ours_reads_blenders(folder: Path, name: str) -> None:
    read, there = read_asset(folder / name), np.load(folder / "written.npz")
    parts = {part.name: part for part in read.parts}
    for part, title in (("body", "Body"), ("box", "Box")):
        found = np.concatenate([p.vertices for p in parts[part].primitives])
        wanted = np.unique(z_up_back(there[title]).round(4), axis=0)
        np.testing.assert_allclose(np.unique(found.round(4), axis=0), wanted, atol=2e-4)
    red, metal = (p.material for p in parts["box"].primitives)
    assert (red.name, red.metallic, metal.name, metal.metallic) == ("Red", 0, "Metal", 1)
    assert red.base_color[:3] == pytest.approx((0.8, 0.1, 0.05), abs=1e-3)
    assert red.roughness == pytest.approx(0.3, abs=1e-3)
    assert len(parts["box"].primitives[1].faces) == 2
    assert read.skeleton is not None
    bones = dict(zip(read.skeleton.names, read.skeleton.heads))
    np.testing.assert_allclose([bones["lower"], bones["upper"]], z_up_back(there["heads"]), atol=1e-4)
    weights = parts["body"].primitives[0].weights
    assert weights is not None
    shares = dict(zip(read.skeleton.names, weights[0]))
    assert shares["lower"] == pytest.approx(0.75, abs=1e-3)


def z_up_back(points: np.ndarray) -> np.ndarray:
    """Our axes from Blender's."""
    return np.stack([points[:, 0], points[:, 2], -points[:, 1]], axis=1)
