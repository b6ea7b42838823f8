"""What the extension knows and decides, without Blender."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Literal, get_args, get_origin

import numpy as np
import pytest
from annotated_types import Ge, Le
from pocket3d import Pocket3DAPIError, Pocket3DConnectionError, SegmentPart
from pocket3d_server.api.schemas import GenerateMesh
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive, Skeleton
from pocket3d_server.geometry.gltf_write import write_glb as server_write
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.models.engine import REQUESTS, Feature
from pocket3d_server.models.mesh_options import MeshOptions

from addon.core.errors import Remedy, UserError, explain, note_for_artists
from addon.core.features import RIG, SEGMENT, TEXTURE
from addon.core.jobs.job import Job, State, Task, clock
from addon.core.meshes import glb, results
from addon.core.meshes.skeleton import RigData
from addon.core.request import params
from addon.core.request.params import MeshParams, RigParams, SegmentParams, TextureParams

ROOT = Path(__file__).resolve().parents[2]


def test_core_runs_without_blender() -> None:
    code = """
    import sys
    sys.modules["bpy"] = None  # importing it raises
    import addon.core.session, addon.core.jobs.runner, addon.core.meshes.results
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (
            "The animal faces -Z instead of +Z; the rig follows it.",
            "The animal faces +Y instead of -Y; the rig follows it",
        ),
        ("It lies along +Y and -X.", "It lies along +Z and -X"),
        (
            "The mesh stands on four feet: character_type generic fits better.",
            "The mesh stands on four feet: the character Other fits better",
        ),
        ("Ask for a character_type to get another.", "Ask for a Character to get another"),
        ("A lower min_part_size keeps them.", "A lower Smallest Part keeps them"),
        ("An X-Z plane and F+X are no axes", "An X-Z plane and F+X are no axes"),
    ],
)
def test_notes_speak_of_blenders_axes_and_of_the_panels_words(said: str, shown: str) -> None:
    assert note_for_artists(said) == shown


def tetrahedron(name: str, shift: float = 0.0, weights: np.ndarray | None = None) -> Part:
    vertices = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]], float) + [shift, 0, 0]
    faces = np.array([[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]])
    uv = np.array([[0, 0], [1, 0], [0, 1], [0.25, 0.75]])
    image = np.full((4, 4, 3), 200, np.uint8)
    material = Material(f"{name}_material", base_color_image=image, roughness=0.3)
    return Part(name, [Primitive(vertices, faces, material, uv=uv, weights=weights)])


class TestFiles:
    """What we write the server reads, and what the server writes we read."""

    def test_order_survives_the_way_to_the_server(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(1)
        vertices = rng.normal(size=(50, 3)).astype(np.float32)
        triangles = rng.integers(0, 50, (80, 3)).astype(np.uint32)
        glb.write_glb(glb.Mesh(vertices, triangles), tmp_path / "m.glb")
        sent_vertices, sent_faces = read_asset(tmp_path / "m.glb").merged()
        np.testing.assert_array_equal(sent_vertices.astype(np.float32), vertices)
        np.testing.assert_array_equal(sent_faces, triangles)

    def test_named_parts_travel_as_nodes_and_come_back_in_order(self, tmp_path: Path) -> None:
        rng = np.random.default_rng(2)
        vertices = rng.normal(size=(50, 3)).astype(np.float32)
        triangles = rng.integers(0, 50, (80, 3)).astype(np.uint32)
        parts = rng.integers(0, 3, 80)
        mesh = glb.Mesh(vertices, triangles, parts=parts, part_names=["Seat", "Left leg", "Back"])
        glb.write_glb(mesh, tmp_path / "m.glb")
        asset = read_asset(tmp_path / "m.glb")
        assert [p.name for p in asset.parts] == ["seat", "left_leg", "back"]
        sent, faces = asset.merged()
        np.testing.assert_array_equal(sent[faces].astype(np.float32), vertices[triangles][mesh.order])
        data = results.in_sent_order(results.PartsData(np.sort(parts), []), mesh.order)
        np.testing.assert_array_equal(data.triangle_part, parts)

    def test_texture(self, tmp_path: Path) -> None:
        server_write(Asset([tetrahedron("a"), tetrahedron("b", 2)]), tmp_path / "t.glb")
        data = results.read_result(TEXTURE, tmp_path / "t.glb").change
        assert isinstance(data, results.TextureData)
        assert data.corner_uv.shape == (8, 3, 2)
        np.testing.assert_allclose(data.corner_uv[0], [[0, 1], [0, 0], [1, 1]])  # v upwards
        assert [m.name for m in data.materials] == ["a_material", "b_material"]
        np.testing.assert_array_equal(data.triangle_material, [0] * 4 + [1] * 4)
        image = data.materials[0].base_color_image
        assert image is not None
        assert (image.suffix, image.data[:2]) == (".jpg", b"\xff\xd8")

    def test_parts(self, tmp_path: Path) -> None:
        asset = Asset([tetrahedron("head"), tetrahedron("left_arm", 2)], face_parts=np.array([1, 0, 0, 1, 1]))
        server_write(asset, tmp_path / "s.glb")
        records = [SegmentPart(part_id="head", label="Head", color="#FF0000")]
        data = results.read_result(SEGMENT, tmp_path / "s.glb", records).change
        assert isinstance(data, results.PartsData)
        np.testing.assert_array_equal(data.triangle_part, [1, 0, 0, 1, 1])
        assert [(p.part_id, p.label) for p in data.parts] == [("head", "Head"), ("left_arm", "Left arm")]
        assert data.parts[0].color == (1.0, 0.0, 0.0)

    def test_a_file_without_parts_is_refused(self, tmp_path: Path) -> None:
        server_write(Asset([tetrahedron("a")]), tmp_path / "s.glb")
        with pytest.raises(UserError, match="which part"):
            results.read_result(SEGMENT, tmp_path / "s.glb")

    def test_rig(self, tmp_path: Path) -> None:
        skeleton = Skeleton(
            ["hips", "thigh.L"],
            [-1, 0],
            np.array([[0, 1, 0], [0.2, 0.9, 0.1]]),
            np.array([[0, 1.4, 0], [0.2, 0.5, 0.1]]),
        )
        weights = np.array([[1, 0], [0.25, 0.75], [0, 1], [0.5, 0.5]])
        server_write(Asset([tetrahedron("body", weights=weights)], skeleton), tmp_path / "r.glb")
        data = results.read_result(RIG, tmp_path / "r.glb").change
        assert isinstance(data, RigData)
        hips, thigh = data.bones
        assert (hips.parent, thigh.parent, thigh.name) == (-1, 0, "thigh.L")
        np.testing.assert_allclose(thigh.head, [0.2, -0.1, 0.9], atol=1e-6)  # Z up, front is -Y
        np.testing.assert_allclose(thigh.tail, [0.2, -0.1, 0.5], atol=1e-6)
        np.testing.assert_allclose(thigh.z_axis, [0, -1, 0], atol=1e-6)
        assert data.joints is not None
        assert data.weights is not None
        dense = np.zeros((4, 2))
        np.add.at(dense, (np.arange(4)[:, None], data.joints), data.weights)
        np.testing.assert_allclose(dense, weights, atol=1e-6)

    def test_what_is_no_glb_says_so(self, tmp_path: Path) -> None:
        (tmp_path / "x.glb").write_bytes(b"<html>" * 10)
        with pytest.raises(ValueError, match="not a GLB"):
            glb.read_glb(tmp_path / "x.glb")

    def test_a_truncated_file_is_noticed(self, tmp_path: Path) -> None:
        server_write(Asset([tetrahedron("a")]), tmp_path / "t.glb")
        whole = (tmp_path / "t.glb").read_bytes()
        (tmp_path / "t.glb").write_bytes(whole[:-400])
        with pytest.raises(UserError, match=r"cut short|not a GLB"):
            results.read_result(TEXTURE, tmp_path / "t.glb")


class TestParams:
    """Requests."""

    def test_empty_fields_are_left_to_the_server(self) -> None:
        assert MeshParams(text_prompt="a cup").body() == {
            "text_prompt": "a cup",
            "quality": "medium",
            "texture_resolution": 1024,
        }
        assert RigParams().body() == {"include_weights": True}
        assert RigParams(character_type="quadruped").body()["character_type"] == "quadruped"
        assert SegmentParams().body() == {"segmentation_level": "coarse"}
        assert RigParams(bone_count=20, include_weights=False).body()["include_weights"] is False
        assert TextureParams(text_prompt="oak", intensity=0.0).body()["intensity"] == 0.0
        assert MeshParams(text_prompt="a cup", seed=0).body()["seed"] == 0
        assert MeshParams(text_prompt="a cup", target_faces=500).body()["mesh_options"] == {
            "target_faces": 500
        }

    @pytest.mark.parametrize("ours", [MeshParams, TextureParams, SegmentParams, RigParams])
    def test_choices_and_defaults_are_the_servers(self, ours: type[params.Params]) -> None:
        theirs = REQUESTS[Feature(ours.feature)].model_fields
        choices = {
            "quality": params.QUALITIES,
            "texture_resolution": params.TEXTURE_RESOLUTIONS,
            "style": params.STYLES,
            "segmentation_level": params.SEGMENTATION_LEVELS,
            "character_type": params.CHARACTER_TYPES,
        }
        for field in dataclasses.fields(ours):
            if field.name == "model_preference":  # chooses the model, so no model gets it
                continue
            if field.name == "target_faces":  # asked of the server, not of the model
                limits = {type(m): m for m in MeshOptions.model_fields[field.name].metadata}
                assert (limits[Ge].ge, limits[Le].le) == params.LIMITS[field.name]
                continue
            known = theirs[field.name]
            if field.default not in {None, "", (), dataclasses.MISSING}:  # else the server decides
                assert field.default == known.default, field.name
            literals = get_args(known.annotation) if get_origin(known.annotation) is Literal else ()
            assert literals == choices.get(field.name, ()), field.name
        if ours is RigParams:
            assert Le(params.MOST_BONES) in theirs["bone_count"].metadata

    def test_limits_are_the_servers(self) -> None:
        properties = GenerateMesh.model_json_schema()["properties"]
        assert properties["images"]["maxItems"] == params.MOST_IMAGES
        assert properties["seed"]["anyOf"][0]["maximum"] == params.LARGEST_SEED
        assert properties["text_prompt"]["anyOf"][0]["maxLength"] == params.LONGEST_PROMPT

    @pytest.mark.parametrize(
        "request_",
        [
            MeshParams("builtin_text", 7, {"detail": 3}, text_prompt="a cup", images=("/a/b.png",)),
            MeshParams(text_prompt="a cup", target_faces=500),
            TextureParams(text_prompt="oak", style="cartoon", intensity=0.0),
            SegmentParams(segmentation_level="fine", min_part_size=5),
            RigParams(character_type="quadruped", include_weights=False),
        ],
    )
    def test_a_request_comes_back_from_its_record(self, request_: params.Params) -> None:
        record = json.loads(json.dumps(request_.to_record()))
        assert params.from_record(record) == request_
        assert params.from_record({**record, "of_a_later_version": 1}) == request_
        assert hash(request_) == hash(params.from_record(record))

    def test_a_record_of_something_else_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no such feature"):
            params.from_record({"feature": "poetry"})

    def test_a_quick_look_reads_no_files(self, tmp_path: Path) -> None:
        assert MeshParams(images=(str(tmp_path / "lost.png"),)).why_not() == ""
        assert "shorten" in MeshParams(text_prompt="a" * (params.LONGEST_PROMPT + 1)).why_not()
        assert "At most" in MeshParams(images=("a.png",) * (params.MOST_IMAGES + 1)).why_not()

    def test_what_is_missing_is_said(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match="Describe"):
            MeshParams(text_prompt="  ").check()
        with pytest.raises(UserError, match=r"lost\.png was not found"):
            MeshParams(images=(str(tmp_path / "lost.png"),)).check()
        (tmp_path / "a.gif").write_bytes(b"GIF")
        with pytest.raises(UserError, match="not a PNG"):
            TextureParams(images=(str(tmp_path / "a.gif"),)).check()


class TestProblems:
    """Errors become a sentence and a remedy."""

    @pytest.mark.parametrize(
        ("code", "remedy"),
        [
            ("UNAUTHORIZED", Remedy.PREFERENCES),
            ("QUEUE_FULL", Remedy.RETRY),
            ("WRONG_SERVICE", Remedy.PREFERENCES),
            ("INVALID_INPUT", Remedy.NONE),
        ],
    )
    def test_remedies(self, code: str, remedy: Remedy) -> None:
        assert explain(Pocket3DAPIError("No.", error_code=code)).remedy is remedy

    def test_details_are_for_bug_reports(self) -> None:
        error = Pocket3DAPIError(
            "The mesh is too large.",
            error_code="FILE_TOO_LARGE",
            request_id="req_1",
            details={"suggestion": "Send less."},
        )
        problem = explain(error)
        assert problem.text == "The mesh is too large. Send less"
        assert "req_1" in problem.details
        assert "Decimate" in explain(Pocket3DAPIError("Too large", error_code="FILE_TOO_LARGE")).text

    def test_what_is_for_programmers_is_left_out(self) -> None:
        error = Pocket3DAPIError(
            "No model that makes texture_generation from mesh and text is ready.",
            error_code="MODEL_UNAVAILABLE",
            details={"suggestion": "Install one; GET /mesh/models says what each one needs."},
        )
        expected = "No model that makes textures from mesh and text is ready. Install one"
        assert explain(error).text == expected

    def test_surprises_are_said_to_be_some(self) -> None:
        assert "unexpected" in explain(KeyError("x")).message
        unreachable = Pocket3DConnectionError("Cannot reach x", error_code="CONNECTION_FAILED")
        assert explain(unreachable).remedy is Remedy.RECONNECT


def test_a_job_says_how_far_it_is() -> None:
    job = Job(Task("a car", MeshParams(text_prompt="a car")))
    assert job.status_text() == job.activity(0) == "Connecting"
    job.update({"state": State.RUNNING, "progress": 0.25, "stage": "baking_texture", "started": 100.0})
    assert job.status_text() == "25%"
    assert job.activity(130.0) == "Baking texture · 25% · 1:30 left"
    assert job.activity(101.0) == "Baking texture · 25%"
    assert (clock(0.2), clock(59.4), clock(61)) == ("1 s", "59 s", "1:01")
