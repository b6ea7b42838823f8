"""Damaged and hostile files: accepted or refused in words, never anything else. ``build.py bench fuzz`` runs more."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from pocket3d_server.geometry.images import MAX_ALL_PIXELS, PixelBudget
from pocket3d_server.geometry.limits import BadFileError
from pocket3d_server.geometry.names import unique
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.geometry.recognise import recognise

from tools.bench_fuzz import peak_memory
from tools.fuzzing import real
from tools.fuzzing.check import check
from tools.fuzzing.mutate import mutate
from tools.fuzzing.strategies import BY_SUFFIX
from tools.fuzzing.tricks import TRICKS, zip_of

DAMAGED = 40
BUILT = 20
SLOW_S = 10.0
MUCH = 700 * 1024**2


@pytest.mark.parametrize("suffix", real.MAKERS)
def test_good_files_are_accepted(tmp_path: Path, suffix: str) -> None:
    for content in real.files(suffix):
        path = tmp_path / f"a{suffix if suffix != 'image' else '.image'}"
        path.write_bytes(content)
        assert check(path) == "accepted"


@pytest.mark.parametrize("name", TRICKS)
def test_known_attacks_are_refused(tmp_path: Path, name: str) -> None:
    suffix, make = TRICKS[name]
    path = tmp_path / f"a{suffix}"
    path.write_bytes(make())
    before, peak = time.monotonic(), peak_memory()
    assert check(path) == "refused"
    assert time.monotonic() - before < SLOW_S
    assert peak_memory() - peak < MUCH


@pytest.mark.parametrize("suffix", real.MAKERS)
def test_damaged_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix if suffix != 'image' else '.image'}"
    for number in range(DAMAGED):
        path.write_bytes(mutate(suffix, Random(f"test {suffix} {number}")))
        check(path)


@pytest.mark.parametrize("suffix", BY_SUFFIX)
def test_built_files(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"

    @settings(
        max_examples=BUILT,
        database=None,
        derandomize=True,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(BY_SUFFIX[suffix])
    def read(content: bytes) -> None:
        path.write_bytes(content)
        check(path)

    read()


def test_a_zip_may_hold_any_mesh_with_its_companions(tmp_path: Path) -> None:
    document, chunk = real.plain_document()
    document["buffers"] = [{"uri": "data/the%20mesh.bin", "byteLength": len(chunk)}]
    members = {
        "in/scene.gltf": real.json.dumps(document).encode(),
        "in/data/the mesh.bin": chunk,
        "in/readme.txt": b"hello",
        "__MACOSX/in/._scene.gltf": b"x",
    }
    path = tmp_path / "a.zip"
    path.write_bytes(zip_of(members))
    assert recognise(path, 1000).suffix == ".zip"
    assert read_asset(path).face_count == 8
    path.write_bytes(
        zip_of(members | {"in/scene.gltf": members["in/scene.gltf"].replace(b"data/", b"../../")})
    )
    with pytest.raises(BadFileError, match="missing"):
        read_asset(path)


def test_polygons_of_a_ply_keep_their_order(tmp_path: Path) -> None:
    for content in real.files(".ply")[:2]:
        (tmp_path / "a.ply").write_bytes(content)
        (primitive,) = read_asset(tmp_path / "a.ply").primitives()
        np.testing.assert_array_equal(primitive.faces, [[0, 1, 2], [0, 2, 3], [0, 1, 4]])
        assert primitive.colors is not None


def test_relative_and_mixed_faces_of_an_obj(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_bytes(real.QUADS)
    asset = read_asset(tmp_path / "a.obj")
    assert [part.name for part in asset.parts] == ["box"]  # groups are passed over where there are objects
    vertices, faces = asset.merged()
    corners = vertices[faces].tolist()
    assert corners[2] == [[0, 0, 0], [1, 0, 0], [0, 0, 1]]  # -5 -4 -1
    assert corners[3] == corners[2]


def test_a_cycle_beside_the_scene_is_no_matter(tmp_path: Path) -> None:
    document, chunk = real.plain_document()
    document["nodes"] = [{"mesh": 0, "children": [1]}, {}, {"children": [3, 1]}, {"children": [2]}]
    document["scenes"] = [{"nodes": [0]}]
    document["skins"] = [{"joints": [1]}]
    (tmp_path / "a.glb").write_bytes(real.glb(document, chunk))
    asset = read_asset(tmp_path / "a.glb")
    assert asset.skeleton is not None
    assert asset.skeleton.parents == [-1]


def test_equal_names_are_numbered_at_once() -> None:
    used: set[str] = set()
    names = [unique("a", used) for _ in range(50_000)]
    assert names[:3] == ["a", "a_2", "a_3"]
    assert names[-1] == "a_50000"


def test_all_images_of_a_mesh_together_are_limited() -> None:
    budget = PixelBudget()
    budget._left = 1000
    image = real.files("image")[0]  # 32 × 24
    budget.decode(image)
    with pytest.raises(BadFileError, match="all images"):
        budget.decode(image)
    assert MAX_ALL_PIXELS > 10**8


def test_meshes_without_faces_are_left_out(tmp_path: Path) -> None:
    document, chunk = real.plain_document()
    document["accessors"].append({"bufferView": 0, "componentType": 5126, "count": 0, "type": "VEC3"})
    document["meshes"][1]["primitives"].append({"attributes": {"POSITION": 4}})
    path = tmp_path / "a.glb"
    path.write_bytes(real.glb(document, chunk))
    assert check(path) == "accepted"
    assert all(len(primitive.faces) for primitive in read_asset(path).primitives())


def test_an_image_that_only_others_read_is_no_reason_to_refuse(tmp_path: Path) -> None:
    document, chunk = real.plain_document()
    document["bufferViews"].append({"buffer": 0, "byteOffset": 0, "byteLength": 80})
    document["images"].append({"bufferView": 5, "mimeType": "image/ktx2"})
    document["textures"][0]["extensions"] = {"KHR_texture_basisu": {"source": 1}}
    path = tmp_path / "a.glb"
    path.write_bytes(real.glb(document, chunk))
    assert check(path) == "accepted"
    assert recognise(path, 1000).faces == 8


def test_a_zip_with_a_nameless_file_is_broken(tmp_path: Path) -> None:
    data = zip_of({"a.obj": real.QUADS, "x": b""})
    record = data.rindex(b"PK\1\2")
    nameless = data[: record + 28] + b"\0\0" + data[record + 30 : record + 46] + data[record + 47 :]
    end = nameless.rindex(b"PK\5\6") + 12
    size = int.from_bytes(nameless[end : end + 4], "little") - 1
    path = tmp_path / "a.zip"
    path.write_bytes(nameless[:end] + size.to_bytes(4, "little") + nameless[end + 4 :])
    assert check(path) == "refused"
