"""Files as one mesh: what our server writes, and what else a valid GLB may hold."""

from __future__ import annotations

import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.gltf_write import glb_bytes

from addon.core.errors import UserError
from addon.core.features import MESH
from addon.core.meshes import glb, model, results, skeleton

TRIANGLE = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], np.float32)


def pack(document: dict[str, Any], chunk: bytes = b"") -> bytes:
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunk += b"\0" * (-len(chunk) % 4)
    size = 12 + 8 + len(text) + (8 + len(chunk) if chunk else 0)
    data = struct.pack("<III", glb.GLB_MAGIC, 2, size) + struct.pack("<II", len(text), glb.JSON_CHUNK) + text
    return data + (struct.pack("<II", len(chunk), glb.BIN_CHUNK) + chunk if chunk else b"")


def simple(**changes: Any) -> dict[str, Any]:
    """A triangle without indices."""
    document: dict[str, Any] = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": [0]}],
        "nodes": [{"mesh": 0}],
        "meshes": [{"primitives": [{"attributes": {"POSITION": 0}}]}],
        "accessors": [{"bufferView": 0, "componentType": 5126, "count": 3, "type": "VEC3"}],
        "bufferViews": [{"buffer": 0, "byteLength": 36}],
        "buffers": [{"byteLength": 36}],
    }
    return document | changes


def read(tmp_path: Path, data: bytes) -> model.MeshData:
    path = tmp_path / "x.glb"
    path.write_bytes(data)
    return results.read_result(MESH, path).model


def refused(tmp_path: Path, data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        read(tmp_path, data)
    return caught.value.message


def plane(shift: float = 0.0, **more: Any) -> Primitive:
    """Two triangles with a seam: their shared edge is doubled."""
    vertices = np.array([[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 1, 0]], float) + [
        shift,
        0,
        0,
    ]
    faces = np.array([[0, 1, 2], [3, 4, 5]])
    material = more.pop("material", Material("paint"))
    return Primitive(vertices, faces, material, normals=np.tile([0.0, 0.0, 1.0], (6, 1)), **more)


def test_a_result_of_ours(tmp_path: Path) -> None:
    uv = np.array([[0, 0], [0.5, 0], [0.5, 0.5], [0.6, 0.6], [1, 1], [0.6, 1]])
    red, blue = Material("red", (1, 0, 0, 1)), Material("blue", emissive=(0, 0, 4.0), double_sided=True)
    parts = [
        Part("left_leg", [plane(uv=uv, material=red)]),
        Part("top", [plane(2, uv=uv, material=blue)], "Seat"),
    ]
    data = read(tmp_path, glb_bytes(Asset(parts, extras={"seed": 4})))
    assert (len(data.vertices), len(data.faces), len(data.edges)) == (8, 4, 10)
    assert data.part_names == ["Left leg", "Seat"]
    np.testing.assert_array_equal(data.face_part, [0, 0, 1, 1])
    np.testing.assert_array_equal(data.face_material, [0, 0, 1, 1])
    assert data.uv is not None
    np.testing.assert_allclose(data.uv[1], [[0.6, 0.4], [1, 0], [0.6, 0]], atol=1e-6)
    assert data.sharp is not None
    assert not data.sharp.any()
    assert not data.normals, "a plane needs no custom normals"
    assert data.extras["seed"] == 4
    assert (data.materials[0].double_sided, data.materials[1].double_sided) == (False, True)
    assert data.materials[1].emission == (0.0, 0.0, 1.0)
    assert data.materials[1].emission_strength == 4.0
    np.testing.assert_allclose(data.vertices[:, 1], 0, atol=1e-6)  # the plane stands: glTF's Y is Blender's Z
    assert data.vertices[:, 2].max() == 1


def test_materials_share_their_images(tmp_path: Path) -> None:
    image = np.full((4, 4, 3), 200, np.uint8)
    uv = np.zeros((6, 2))
    first = Material("a", (1, 1, 1, 1), base_color_image=image)
    second = Material("b", (0.5, 1, 1, 1), base_color_image=image)
    asset = Asset([Part("x", [plane(uv=uv, material=first), plane(2, uv=uv, material=second)])])
    a, b = read(tmp_path, glb_bytes(asset)).materials
    assert a.base_color_image is b.base_color_image
    assert a.mean_color == pytest.approx((0.578, 0.578, 0.578), abs=2e-2)
    assert b.solid_color[0] == pytest.approx(a.solid_color[0] / 2, rel=1e-3)


def test_a_skeleton_comes_with_weights_that_sum_to_one(tmp_path: Path) -> None:
    bones = Skeleton(
        ["hips", "mixamorig:LeftLeg"],
        [-1, 0],
        np.array([[0, 1, 0], [0, 0.5, 0.0]]),
        np.array([[0, 1.2, 0], [0, 0, 0.1]]),
    )
    weights = np.array([[1, 0], [0.3, 0.7], [0, 1], [1, 0], [0, 1], [0.123, 0.877]])
    data = read(tmp_path, glb_bytes(Asset([Part("body", [plane(weights=weights)])], bones)))
    assert [b.name for b in data.skeleton] == ["hips", "Leg.L"]
    assert data.skeleton[1].original == "mixamorig:LeftLeg"
    assert data.weights is not None
    np.testing.assert_array_equal(data.weights.sum(axis=1), 1)


def test_more_than_four_influences_become_the_strongest_four() -> None:
    joints = np.array([[0, 1, 2, 3, 4, 5], [7, 7, 1, 0, 0, 0], [0, 0, 0, 0, 0, 0]])
    weights = np.array([[0.1, 0.2, 0.3, 0.2, 0.15, 0.05], [0.25, 0.25, 0.5, 0, 0, 0], [0.0] * 6])
    bones, shares = skeleton.strongest(joints, weights)
    assert bones.shape == shares.shape == (3, 4)
    np.testing.assert_array_equal(shares.sum(axis=1), 1)
    assert sorted(bones[0]) == [1, 2, 3, 4]
    assert shares[1][bones[1] == 7].sum() == 0.5
    assert shares[2, 0] == 1, "a vertex without a bone goes with the first"


def test_nodes_move_turn_and_mirror(tmp_path: Path) -> None:
    nodes = [
        {"children": [1], "translation": [10, 0, 0]},
        {"mesh": 0, "scale": [-2, 1, 1], "rotation": [0, 0, 0.70710678, 0.70710678]},
    ]
    data = read(tmp_path, pack(simple(nodes=nodes), TRIANGLE.tobytes()))
    np.testing.assert_allclose(
        sorted(data.vertices.tolist()), sorted([[10, 0, 0], [10, 0, -2], [9, 0, 0]]), atol=1e-6
    )
    a, b, c = data.vertices[data.faces[0]]
    assert np.cross(b - a, c - a)[1] < 0, (
        "a mirrored face is turned round again: its front is Blender's front"
    )


def test_strips_fans_colours_and_small_integers(tmp_path: Path) -> None:
    quad = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0]], np.float32)
    colors = np.array([[255, 0, 0, 255]] * 4, np.uint8)
    document = simple()
    document["meshes"] = [{"primitives": [{"attributes": {"POSITION": 0, "COLOR_0": 1}, "mode": 5}]}]
    document["accessors"] = [
        {"bufferView": 0, "componentType": 5126, "count": 4, "type": "VEC3"},
        {"bufferView": 1, "componentType": 5121, "count": 4, "type": "VEC4", "normalized": True},
    ]
    document["bufferViews"] = [
        {"buffer": 0, "byteLength": 48},
        {"buffer": 0, "byteOffset": 48, "byteLength": 16},
    ]
    data = read(tmp_path, pack(document, quad.tobytes() + colors.tobytes()))
    assert len(data.faces) == 2
    across = np.cross(
        data.vertices[data.faces[:, 1]] - data.vertices[data.faces[:, 0]],
        data.vertices[data.faces[:, 2]] - data.vertices[data.faces[:, 0]],
    )
    assert (across[:, 1] < 0).all(), "both face the same way"
    assert data.colors is not None
    assert (data.colors[0, 0] == [1, 0, 0, 1]).all()
    assert data.materials[0].vertex_colors
    assert data.sharp is None, "without normals it is flat"
    document["meshes"][0]["primitives"][0]["mode"] = 6
    assert len(read(tmp_path, pack(document, quad.tobytes() + colors.tobytes())).faces) == 2


def test_sparse_tables_and_data_inside_the_description(tmp_path: Path) -> None:
    document = simple()
    document["buffers"] = [{"byteLength": 52, "uri": "data:application/octet-stream;base64,"}]
    raw = TRIANGLE.tobytes() + struct.pack("<I", 2) + struct.pack("<3f", 0, 5, 0)
    document["buffers"][0]["uri"] += base64.b64encode(raw).decode()
    document["bufferViews"] += [
        {"buffer": 0, "byteOffset": 36, "byteLength": 4},
        {"buffer": 0, "byteOffset": 40, "byteLength": 12},
    ]
    document["accessors"][0]["sparse"] = {
        "count": 1,
        "indices": {"bufferView": 1, "componentType": 5125},
        "values": {"bufferView": 2},
    }
    assert read(tmp_path, pack(document)).vertices[:, 2].max() == 5


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    body = TRIANGLE.tobytes()
    draco = simple(extensionsRequired=["KHR_draco_mesh_compression"])
    assert "packed with Draco" in refused(tmp_path, pack(draco, body))
    assert "EXT_strange" in refused(tmp_path, pack(simple(extensionsRequired=["EXT_strange"]), body))
    assert "beside it" in refused(tmp_path, pack(simple(buffers=[{"byteLength": 36, "uri": "x.bin"}]), body))
    assert "no mesh" in refused(tmp_path, pack(simple(nodes=[{}]), body))
    assert "in a circle" in refused(tmp_path, pack(simple(nodes=[{"mesh": 0, "children": [0]}]), body))
    assert "not a number" in refused(tmp_path, pack(simple(), np.full(9, np.nan, np.float32).tobytes()))
    assert "has an area" in refused(tmp_path, pack(simple(), np.zeros(9, np.float32).tobytes()))
    assert "as glTF says" in refused(tmp_path, pack(simple(meshes=[]), body))
    assert "cut short" in refused(tmp_path, pack(simple(), body[:20]))
    points = simple()
    points["meshes"] = [{"primitives": [{"attributes": {"POSITION": 0}, "mode": 0}]}]
    assert "no mesh" in refused(tmp_path, pack(points, body))


def test_what_was_sent_can_be_read_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    vertices = rng.normal(size=(30, 3)).astype(np.float32)
    triangles = rng.integers(0, 30, (40, 3)).astype(np.uint32)
    pieces = (glb.Piece(10, 15, "a"), glb.Piece(20, 25, "b"))
    glb.write_glb(glb.Mesh(vertices, triangles, "Body", "a", pieces=pieces), tmp_path / "m.glb")
    back = glb.read_mesh(tmp_path / "m.glb")
    np.testing.assert_array_equal(back.vertices, vertices)
    np.testing.assert_array_equal(back.triangles, triangles)
    assert (back.name, back.topology, back.shares) == ("Body", "a", pieces)
    parts = rng.integers(0, 3, 40)
    sent = glb.Mesh(vertices, triangles, topology="t", parts=parts, part_names=["A", "B", "C"])
    glb.write_glb(sent, tmp_path / "p.glb")
    back = glb.read_mesh(tmp_path / "p.glb")
    np.testing.assert_array_equal(back.order, sent.order)
    np.testing.assert_array_equal(back.vertices[back.triangles], vertices[triangles][sent.order])
    assert back.shares == (glb.Piece(len(back.vertices), 40, "t"),)
    (tmp_path / "x.glb").write_bytes(pack(simple(), TRIANGLE.tobytes()))
    with pytest.raises(ValueError, match="not sent from here"):
        glb.read_mesh(tmp_path / "x.glb")


def test_what_comes_without_normals_can_be_smooth_by_angle(tmp_path: Path) -> None:
    ball = trimesh.creation.icosphere(3)
    box = trimesh.creation.box()
    points = np.concatenate([ball.vertices, box.vertices + 5])
    faces = np.concatenate([ball.faces, box.faces + len(ball.vertices)])
    path = tmp_path / "bare.glb"
    path.write_bytes(glb_bytes(Asset([Part("body", [Primitive(points, faces, Material("plain"))])])))
    assert model.model_of(glb.read_glb(path)).sharp is None
    data = model.model_of(glb.read_glb(path), smooth_without_normals=True)
    assert data.sharp is not None
    assert not data.normals
    assert data.sharp.sum() == 12, "the edges of the box"
    assert (data.vertices[data.edges[data.sharp]][..., 0] > 2).all()


def test_strokes_hold_every_weight_once() -> None:
    rng = np.random.default_rng(2)
    joints, weights = skeleton.strongest(rng.integers(0, 5, (300, 4)), rng.random((300, 4)))
    data = skeleton.RigData([], joints, weights, 300)
    data.prepare([100, 200])
    dense = np.zeros((300, 5))
    for start, strokes in zip((0, 100), data.strokes, strict=True):
        for bone, weight, vertices in strokes:
            dense[np.array(vertices) + start, bone] += weight
    expected = np.zeros((300, 5))
    np.add.at(expected, (np.arange(300)[:, None], joints), weights)
    np.testing.assert_array_equal(dense, expected)
