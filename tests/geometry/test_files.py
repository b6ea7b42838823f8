"""Reading and writing files: nothing moves, nothing is lost, and broken input gets a sentence."""

from __future__ import annotations

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import trimesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.bones import top_influences
from pocket3d_server.geometry.gltf_write import glb_bytes, mean_colour, write_glb
from pocket3d_server.geometry.obj_write import write_obj_zip
from pocket3d_server.geometry.preview import render
from pocket3d_server.geometry.read import read_asset


def textured_asset(seed: int = 0, bones: int = 0) -> Asset:
    """Two parts, three primitives, a shared material with an image; shuffled so that order is noticed."""
    rng = np.random.default_rng(seed)
    image = rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)
    shared = Material("painted", (0.5, 0.6, 0.7, 1.0), metallic=0.25, roughness=0.4, base_color_image=image)
    glass = Material(
        "glass", (0.1, 0.2, 0.3, 0.25), alpha_mode="BLEND", double_sided=True, emissive=(0.1, 0, 0)
    )

    def primitive(material: Material, count: int, uv: bool) -> Primitive:
        sphere = trimesh.creation.icosphere(1)
        vertices = sphere.vertices[rng.permutation(len(sphere.vertices))] + count
        faces = rng.permutation(sphere.faces)[:count]
        weights = None
        if bones:
            weights = rng.random((len(vertices), bones)) ** 4
            cut = np.sort(weights, axis=1)[:, -min(4, bones), None]
            weights = np.where(weights >= cut, weights, 0)
            weights /= weights.sum(axis=1, keepdims=True)
        coordinates = rng.random((len(vertices), 2)) if uv else None
        return Primitive(vertices, faces, material, coordinates, sphere.vertex_normals, weights)

    skeleton = None
    if bones:
        heads = np.cumsum(rng.random((bones, 3)) * 0.4, axis=0)
        tails = np.vstack([heads[1:], heads[-1:] - np.array([0, 0.3, 0])])
        skeleton = Skeleton(
            [f"bone.{i}" for i in range(bones)], [(i - 1) // 2 for i in range(bones)], heads, tails
        )
    return Asset(
        [
            Part("body", [primitive(shared, 30, True), primitive(glass, 11, False)], label="The body"),
            Part("wheel_front_left", [primitive(shared, 21, True)]),
        ],
        skeleton,
        extras={"source": "template", "confidence": np.float32(0.5), "list": np.arange(3)},
    )


def test_glb_round_trip_keeps_order_and_counts(tmp_path: Path) -> None:
    asset = textured_asset()
    asset.face_parts = np.random.default_rng(1).integers(0, 2, 62)
    write_glb(asset, tmp_path / "a.glb")
    back = read_asset(tmp_path / "a.glb")
    assert [p.name for p in back.parts] == ["body", "wheel_front_left"]
    assert [p.label for p in back.parts] == ["The body", "Wheel front left"]
    for one, two in zip(asset.primitives(), back.primitives(), strict=True):
        np.testing.assert_array_equal(one.faces, two.faces)
        np.testing.assert_allclose(one.vertices, two.vertices, atol=1e-6)
        np.testing.assert_allclose(one.normals, two.normals, atol=1e-6)
        assert (one.uv is None) == (two.uv is None)
        if one.uv is not None:
            np.testing.assert_allclose(one.uv, two.uv, atol=1e-6)
        assert one.material.name == two.material.name
        np.testing.assert_allclose(one.material.base_color, two.material.base_color)
        assert (one.material.metallic, one.material.alpha_mode) == (
            two.material.metallic,
            two.material.alpha_mode,
        )
    first, _, third = back.primitives()
    assert first.material is third.material
    assert first.material.base_color_image.shape == (8, 8, 3)
    np.testing.assert_array_equal(back.face_parts, asset.face_parts)
    assert back.extras == {"source": "template", "confidence": 0.5, "list": [0, 1, 2]}


def test_skin_weights_and_bones_survive(tmp_path: Path) -> None:
    asset = textured_asset(bones=7)
    write_glb(asset, tmp_path / "a.glb")
    back = read_asset(tmp_path / "a.glb")
    assert back.skeleton is not None
    assert back.skeleton.names == asset.skeleton.names
    assert back.skeleton.parents == asset.skeleton.parents
    np.testing.assert_allclose(back.skeleton.heads, asset.skeleton.heads, atol=1e-5)
    np.testing.assert_allclose(back.skeleton.tails, asset.skeleton.tails, atol=1e-5)
    for one, two in zip(asset.primitives(), back.primitives(), strict=True):
        np.testing.assert_allclose(one.weights, two.weights, atol=1e-6)
        np.testing.assert_allclose(two.vertices, one.vertices, atol=1e-5)
        assert (np.count_nonzero(two.weights, axis=1) <= 4).all()


def test_the_glb_is_valid_for_another_reader(tmp_path: Path) -> None:
    asset = textured_asset(bones=3)
    write_glb(asset, tmp_path / "a.glb")
    scene = trimesh.load_scene(tmp_path / "a.glb", process=False)
    assert sum(len(g.faces) for g in scene.geometry.values()) == asset.face_count
    data = (tmp_path / "a.glb").read_bytes()
    length = struct.unpack_from("<I", data, 12)[0]
    document = json.loads(data[20 : 20 + length])
    assert struct.unpack_from("<I", data, 8)[0] == len(data)
    for view in document["bufferViews"]:
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] + view["byteLength"] <= document["buffers"][0]["byteLength"]
    assert len(document["materials"]) == 2
    assert len(document["images"]) == 1


def test_weights_are_cut_to_four_and_sum_to_one() -> None:
    weights = np.random.default_rng(0).random((50, 9))
    joints, values = top_influences(weights)
    np.testing.assert_allclose(values.sum(axis=1), 1, atol=1e-6)
    np.testing.assert_array_equal(joints[:, 0], weights.argmax(axis=1))
    with pytest.raises(ValueError, match="no skin weight"):
        top_influences(np.zeros((2, 3)))


def test_obj_zip_round_trip(tmp_path: Path) -> None:
    asset = textured_asset(bones=3)
    write_obj_zip(asset, tmp_path / "a.zip")
    with zipfile.ZipFile(tmp_path / "a.zip") as archive:
        names = archive.namelist()
        skeleton = json.loads(archive.read("skeleton.json"))
    assert {"model.obj", "model.mtl", "skeleton.json", "painted_base_color.jpg"} <= set(names)
    assert len(skeleton["bones"]) == 3
    assert len(skeleton["weights"]) == asset.vertex_count
    back = read_asset(tmp_path / "a.zip")
    assert back.face_count == asset.face_count
    one, two = asset.merged(), back.merged()
    np.testing.assert_allclose(two[0][two[1]], one[0][one[1]], atol=1e-5)
    first = next(back.primitives())
    assert first.uv is not None
    source = next(asset.primitives())
    np.testing.assert_allclose(first.uv[first.faces], source.uv[source.faces], atol=1e-5)
    np.testing.assert_allclose(first.material.base_color[:3], (0.5, 0.6, 0.7), atol=1e-3)
    assert first.material.base_color_image is not None


@pytest.mark.parametrize("kind", ["ply", "stl", "obj"])
def test_other_formats(tmp_path: Path, kind: str) -> None:
    sphere = trimesh.creation.icosphere(2)
    sphere.export(tmp_path / f"ball.{kind}")
    asset = read_asset(tmp_path / f"ball.{kind}")
    vertices, faces = asset.merged()
    np.testing.assert_allclose(vertices[faces], sphere.triangles, atol=1e-5)
    assert asset.parts[0].name == "ball"


def test_gltf_transforms_and_mirrors(tmp_path: Path) -> None:
    document = read_json(glb_bytes(textured_asset()))
    document["nodes"][0]["scale"] = [-2, 1, 1]
    document["nodes"][0]["translation"] = [0, 5, 0]
    (tmp_path / "a.glb").write_bytes(with_json(glb_bytes(textured_asset()), document))
    before, after = next(textured_asset().primitives()), next(read_asset(tmp_path / "a.glb").primitives())
    np.testing.assert_allclose(after.vertices, before.vertices * [-2, 1, 1] + [0, 5, 0], atol=1e-5)
    np.testing.assert_array_equal(after.faces, before.faces[:, [0, 2, 1]])


def test_texture_transforms_are_applied_to_the_coordinates(tmp_path: Path) -> None:
    document = read_json(glb_bytes(textured_asset()))
    reference = next(
        m["pbrMetallicRoughness"]["baseColorTexture"]
        for m in document["materials"]
        if "baseColorTexture" in m["pbrMetallicRoughness"]
    )
    transform = {"offset": [0.25, 0.5], "scale": [2, 3], "rotation": np.pi / 2}
    reference["extensions"] = {"KHR_texture_transform": transform}
    (tmp_path / "a.glb").write_bytes(with_json(glb_bytes(textured_asset()), document))
    before, after = next(textured_asset().primitives()), next(read_asset(tmp_path / "a.glb").primitives())
    assert before.uv is not None
    assert after.uv is not None
    u, v = before.uv.T
    # A quarter turn counter-clockwise with v down takes what points right to what points up, (1, 0) to (0, -1).
    np.testing.assert_allclose(after.uv, np.column_stack([0.25 + 3 * v, 0.5 - 2 * u]), atol=1e-5)


def test_a_textured_material_says_its_mean_colour() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:32, :32] = (255, 0, 0)  # the rest of the atlas is empty
    assert mean_colour(image) == [1.0, 0.0, 0.0]
    assert mean_colour(image * 0) is None
    clear = np.dstack([np.full((8, 8, 3), 255, np.uint8), np.zeros((8, 8), np.uint8)])
    assert mean_colour(clear) is None
    triangle = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0]], float)
    material = Material("red", base_color_image=image)
    part = Part("a", [Primitive(triangle, np.array([[0, 1, 2]]), material, uv=triangle[:, :2])])
    data = glb_bytes(Asset([part]))
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    assert document["materials"][0]["extras"] == {"mean_base_color": [1.0, 0.0, 0.0]}


def test_vertex_colours_survive_and_show(tmp_path: Path) -> None:
    asset = textured_asset()
    primitive = next(asset.primitives())
    primitive.colors = np.tile(np.float32([1, 0, 0, 1]), (len(primitive.vertices), 1))
    write_glb(asset, tmp_path / "a.glb")
    back = read_asset(tmp_path / "a.glb")
    np.testing.assert_array_equal(next(back.primitives()).colors, primitive.colors)
    back.parts = back.parts[:1]
    pixels = render(back, 64, background=None)
    seen = pixels[..., :3][pixels[..., 3] > 128].mean(axis=0)
    assert seen[0] > 1.5 * seen[1]


def read_json(data: bytes) -> dict:
    return json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])


def with_json(data: bytes, document: dict) -> bytes:
    """The same GLB with another JSON chunk."""
    old = struct.unpack_from("<I", data, 12)[0]
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + old :]
    return (
        struct.pack("<4sII", b"glTF", 2, 20 + len(text) + len(rest))
        + struct.pack("<I4s", len(text), b"JSON")
        + text
        + rest
    )


def break_index(document: dict) -> None:
    document["meshes"][0]["primitives"][0]["attributes"]["POSITION"] = 999


def break_view(document: dict) -> None:
    document["bufferViews"][0]["byteLength"] = 10**9


def break_draco(document: dict) -> None:
    document["extensionsRequired"] = ["KHR_draco_mesh_compression"]


def break_tree(document: dict) -> None:
    document["nodes"][0]["children"] = [0]


def break_external(document: dict) -> None:
    document["buffers"] = [{"uri": "../../etc/passwd", "byteLength": 5}]


@pytest.mark.parametrize("damage", [break_index, break_view, break_draco, break_tree, break_external])
def test_damaged_gltf_is_refused_in_words(tmp_path: Path, damage) -> None:
    data = glb_bytes(textured_asset())
    document = read_json(data)
    damage(document)
    (tmp_path / "a.glb").write_bytes(with_json(data, document))
    with pytest.raises(ValueError, match=r"buffer|does not exist|compressed|tree|missing"):
        read_asset(tmp_path / "a.glb")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.glb", b"hello", "JSON is broken"),
        ("a.glb", b"glTF\2\0\0\0", "cut short"),
        ("a.gltf", b"[]", "JSON is not an object"),
        ("a.fbx", b"Kaydara", "no binary FBX"),
        ("a.txt", b"x", "not a mesh format"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\n", "no triangles"),
        ("a.obj", b"v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n", "does not exist"),
        ("a.obj", b"v 0 0 0\nv nan 0 0\nv 0 1 0\nf 1 2 3\n", "not a finite"),
        ("a.stl", b"solid nothing\nendsolid", "no triangles"),
        ("a.ply", b"ply\nformat", "header"),
        ("a.zip", b"PK\3\4zzzz", "zip"),
    ],
)
def test_broken_files_are_refused_in_words(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=message):
        read_asset(tmp_path / name)


def test_writers_refuse_what_no_file_can_hold() -> None:
    asset = textured_asset()
    next(asset.primitives()).vertices[0, 0] = np.nan
    with pytest.raises(ValueError, match="finite"):
        glb_bytes(asset)
    asset = textured_asset()
    next(asset.primitives()).faces[0, 0] = 10**6
    with pytest.raises(ValueError, match="does not exist"):
        glb_bytes(asset)
    with pytest.raises(ValueError, match="no parts"):
        glb_bytes(Asset([]))
