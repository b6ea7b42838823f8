"""Results as assets: saved to a library of the artist's, or marked in the file."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import bpy
from gallery import choose, ended, make, press, refusal, session
from support import counts, cube, module, params

OTHERS = """# A comment that is the artist's own
VERSION 1

11111111-2222-3333-4444-555555555555:Props/Old:Props-Old
"""


def library(folder: str) -> None:
    """A library of the artist's, with a catalog of its own."""
    (Path(folder) / "blender_assets.cats.txt").write_text(OTHERS)
    made = bpy.context.preferences.filepaths.asset_libraries.new(name="Mine", directory=folder)
    assert made.path


def forget_libraries() -> None:
    known = bpy.context.preferences.filepaths.asset_libraries
    for one in list(known):
        known.remove(one)


def asset_in(file: Path) -> bpy.types.ID:
    """The one asset of a file, linked."""
    with bpy.data.libraries.load(str(file), link=True, assets_only=True) as (there, wanted):
        assert len(there.objects) + len(there.collections) == 1, (there.objects, there.collections)
        wanted.objects, wanted.collections = there.objects, there.collections
    return (wanted.objects or wanted.collections)[0]


def check_save_to_a_library() -> None:
    job = make("a small table", model="")
    obj = bpy.context.object
    before = counts()
    choose(job)
    with tempfile.TemporaryDirectory() as folder:
        library(folder)
        press("save_asset", library=folder, name="Side table", author="Ada", licence="CC-BY-4.0")
        press("save_asset", library=folder, name="Side table")
        assert counts() == before
        assert obj.asset_data is None, "the artist's own object is left as it was"
        assert obj.name == "A small table"
        files = sorted(p.name for p in Path(folder).glob("*.blend"))
        assert files == ["Side_table.blend", "Side_table_2.blend"], files
        catalogs = (Path(folder) / "blender_assets.cats.txt").read_text()
        assert catalogs.startswith(OTHERS)
        assert catalogs.count("Pocket3D:Pocket3D") == 1
        asset = asset_in(Path(folder) / files[0])
        data = asset.asset_data
        assert asset.name == "Side table"
        assert (data.author, data.license) == ("Ada", "CC-BY-4.0")
        assert data.description.splitlines()[0] == "a small table"
        assert "seed 7" in data.description
        assert {"Pocket3D", "Generate", job.model_id} <= {t.name for t in data.tags}
        assert f"{data.catalog_id}:Pocket3D" in catalogs
        assert tuple(asset.preview.image_size) == (256, 256)
        images = [
            n.image
            for s in asset.material_slots
            if s.material.node_tree
            for n in s.material.node_tree.nodes
            if n.type == "TEX_IMAGE"
        ]
        assert all(i.packed_file for i in images)
        forget_libraries()


def check_save_what_is_not_in_the_scene() -> None:
    job = make()
    bpy.data.batch_remove(list(bpy.data.objects))
    choose(job)
    before = counts()
    with tempfile.TemporaryDirectory() as folder:
        library(folder)
        press("save_asset", library=folder)
        assert counts() == before
        assert asset_in(Path(folder) / "A_cube.blend").type == "MESH"
        forget_libraries()


def check_a_rig_is_an_asset_with_its_mesh() -> None:
    obj = cube()
    task = module("scene.tasks").task_for(obj, params().RigParams("test_bones"))
    job = ended(session().runner.submit(replace(task, origin=module("scene.document").current_origin())))
    choose(job)
    before = counts()
    with tempfile.TemporaryDirectory() as folder:
        library(folder)
        press("save_asset", library=folder, name="Hero")
        assert counts() == before
        asset = asset_in(Path(folder) / "Hero.blend")
        assert {o.type for o in asset.all_objects} == {"MESH", "ARMATURE"}
        forget_libraries()


def check_an_asset_of_this_file() -> None:
    job = make()
    obj = bpy.context.object
    choose(job)
    press("save_asset", library="LOCAL")
    assert obj.asset_data.tags["Pocket3D"]
    assert obj.asset_data.catalog_id == module("core.asset_catalogs").UUID


def check_a_library_that_is_gone_is_said() -> None:
    job = make()
    choose(job)
    with tempfile.TemporaryDirectory() as folder:
        library(folder)
    assert "was not found" in refusal("save_asset", library=folder)
    assert bpy.context.object.asset_data is None
    forget_libraries()
