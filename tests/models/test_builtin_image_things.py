"""Things that were made: what is turned, stands on legs or has wings gets its known build."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import trimesh
from image_pictures import BROWN, disc, draw, front_view, input_view, only, overlap, run, welded
from PIL import Image, ImageDraw
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.preview import render
from pocket3d_server.models.engine import MeshRequest
from pocket3d_server.models.pictures.cutout import cut_out
from pocket3d_server.models.pictures.picture import read_picture


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("things")


def photographed(mesh: trimesh.Trimesh, path: Path) -> Path:
    """A picture of grey clay by a near camera at the height of the mesh's middle."""
    clay = Primitive(
        np.array(mesh.vertices), np.array(mesh.faces), Material("clay", (0.46, 0.44, 0.42, 1), 0.7)
    )
    Image.fromarray(render(Asset([Part("thing", [clay])]), 400, 0, 0, None)).save(path)
    return path


def upright(radius: float, low: float, high: float, x: float = 0, z: float = 0) -> trimesh.Trimesh:
    """A cylinder around a vertical axis."""
    tube = trimesh.creation.cylinder(radius, high - low, 48)
    tube.apply_transform(trimesh.transformations.rotation_matrix(np.pi / 2, (1, 0, 0)))
    tube.apply_translation((x, (low + high) / 2, z))
    return tube


def test_a_near_camera_makes_nothing_taller_or_thicker(folder: Path) -> None:
    can = upright(0.4, 0, 0.9)
    result = run(photographed(can, folder / "can.png"), parameters={"method": "lathe"})
    extents = welded(only(result)).extents
    assert extents[1] / extents[0] == pytest.approx(
        0.9 / 0.8, rel=0.05
    )  # its outline is 1.3 times as high as wide


def test_the_even_end_of_a_rod_is_no_ball(folder: Path) -> None:
    radius, high = [0, 0.36, 0.4, 0.4, 0.36, 0], [0.5, 0.5, 0.46, -0.46, -0.5, -0.5]
    rod = trimesh.creation.revolve(np.stack([radius, high], axis=1)[::-1], sections=64)
    result = run(photographed(rod, folder / "rod.png"))
    assert result.source == "extrude"
    extents = welded(only(result)).extents
    assert extents[0] == pytest.approx(extents[1], rel=0.03)
    assert 1.0 < extents[2] / extents[0] < 2.0


@pytest.mark.parametrize("turn", [0, 30])
def test_feet_tell_where_legs_stand(folder: Path, turn: int) -> None:
    """A table seen straight on and askew: its legs stand on one floor at the corners of a square."""
    places = [(x, z) for x in (-0.34, 0.34) for z in (-0.34, 0.34)]
    if turn:
        top = trimesh.creation.box(
            (0.8, 0.05, 0.8), trimesh.transformations.translation_matrix((0, 0.675, 0))
        )
    else:  # round, and one of its legs hides another
        top = upright(0.5, 0.65, 0.7)
        places = [(0.42, 0), (-0.42, 0), (0, 0.42), (0, -0.42)]
    table = trimesh.util.concatenate([top, *(upright(0.03, 0, 0.66, *place) for place in places)])
    table.apply_transform(trimesh.transformations.rotation_matrix(np.radians(turn), (0, 1, 0)))
    result = run(photographed(table, folder / f"table{turn}.png"))
    assert result.source == "furniture"
    mesh = welded(only(result))
    assert mesh.is_watertight
    size = mesh.extents / table.extents
    assert size.max() / size.min() < 1.25
    low = mesh.vertices[mesh.vertices[:, 1] < 0.1] / size.mean()
    middle = low.mean(axis=0)
    angle = np.radians(turn)
    for x, z in places:
        there = np.array([x * np.cos(angle) + z * np.sin(angle), z * np.cos(angle) - x * np.sin(angle)])
        assert np.linalg.norm((low - middle)[:, [0, 2]] - there, axis=1).min() < 0.12


def test_handles_stay_on_a_turned_body(folder: Path) -> None:
    def amphora(pen: ImageDraw.ImageDraw, s: int) -> None:
        clay = (176, 112, 70, 255)
        for side in (-1, 1):
            disc(pen, s, 0.5 + 0.16 * side, 0.3, 0.12, clay)
            disc(pen, s, 0.5 + 0.16 * side, 0.3, 0.08, (0, 0, 0, 0))
        disc(pen, s, 0.5, 0.58, 0.22, clay, 0.3)
        pen.rectangle([0.44 * s, 0.12 * s, 0.56 * s, 0.4 * s], fill=clay)
        pen.rectangle([0.40 * s, 0.10 * s, 0.60 * s, 0.14 * s], fill=clay)
        pen.rectangle([0.40 * s, 0.84 * s, 0.60 * s, 0.9 * s], fill=clay)

    path = draw(folder / "amphora.png", amphora)
    result = run(path, parameters={"method": "lathe"})
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.euler_number == -2  # two handles
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.93


def test_a_mug_is_hollow_and_keeps_its_handle(folder: Path) -> None:
    def mug(pen: ImageDraw.ImageDraw, s: int) -> None:
        blue = (60, 110, 180, 255)
        disc(pen, s, 0.72, 0.52, 0.17, blue, 0.2)
        disc(pen, s, 0.72, 0.52, 0.11, (0, 0, 0, 0), 0.14)
        pen.rectangle([0.2 * s, 0.22 * s, 0.7 * s, 0.84 * s], fill=blue)

    path = draw(folder / "mug.png", mug)
    result = run(path)
    assert result.source == "lathe"
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert mesh.euler_number == 0  # the handle
    filled = np.pi * 0.32**2 * 0.8  # of a solid cylinder, with its longer side 1 m
    assert 0.1 * filled < mesh.volume < 0.6 * filled
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.95


def test_a_table_stands_on_four_legs(folder: Path) -> None:
    def table(pen: ImageDraw.ImageDraw, s: int) -> None:
        for box in ((0.1, 0.3, 0.9, 0.36), (0.13, 0.3, 0.18, 0.8), (0.82, 0.3, 0.87, 0.8)):
            pen.rectangle([v * s for v in box], fill=BROWN)

    path = draw(folder / "table.png", table)
    result = run(path)
    assert result.source == "furniture"
    mesh = welded(only(result))
    assert mesh.is_watertight
    assert 0.3 < mesh.extents[2] < 0.8
    low = mesh.vertices[mesh.vertices[:, 1] < 0.4]
    assert (np.abs(low[:, [0, 2]]) > 0.15).all()  # nothing but legs
    assert len({(x > 0, z > 0) for x, z in low[:, [0, 2]]}) == 4
    assert overlap(front_view(only(result))[0], input_view(path)[0]) > 0.88


def test_legs_that_hide_their_twins_stand_in_pairs(folder: Path) -> None:
    """Two legs of a cow from the side are four, and a near camera still sees the picture."""

    def cow(pen: ImageDraw.ImageDraw, s: int) -> None:
        disc(pen, s, 0.42, 0.45, 0.36, BROWN, 0.16)
        disc(pen, s, 0.78, 0.28, 0.08, BROWN, 0.2)
        disc(pen, s, 0.85, 0.16, 0.11, BROWN, 0.09)
        for x in (0.16, 0.66):
            disc(pen, s, x, 0.65, 0.045, BROWN, 0.22)

    result = run(draw(folder / "cow.png", cow))
    assert result.source == "inflate"
    mesh = welded(only(result))
    assert mesh.is_watertight
    feet = mesh.section((0, 1, 0), (0, 0.08, 0))
    assert feet is not None
    places = [np.mean(loop, axis=0) for loop in feet.discrete]
    assert {(x > 0, z > 0) for x, _, z in places} == {(a, b) for a in (True, False) for b in (True, False)}
    for x, _, _ in places:
        assert sum(abs(x - other) < 0.03 for other, _, _ in places) == 2


def test_wings_are_neither_strips_nor_balloons(folder: Path) -> None:
    """A bird from the front is as deep as its body; a plane from above has a round fuselage and thin wings."""
    from pocket3d_server.models.builtin_image import forming
    from pocket3d_server.models.builtin_image.silhouette import Silhouette

    def bird(pen: ImageDraw.ImageDraw, s: int) -> None:
        disc(pen, s, 0.5, 0.5, 0.07, BROWN)
        for side in (-1, 1):
            tip, root = (0.5 + 0.46 * side) * s, (0.5 + 0.04 * side) * s
            pen.polygon([(root, 0.47 * s), (tip, 0.40 * s), (tip, 0.42 * s), (root, 0.52 * s)], fill=BROWN)

    def plane(pen: ImageDraw.ImageDraw, s: int) -> None:
        disc(pen, s, 0.5, 0.5, 0.04, BROWN, 0.45)
        for y, reach, chord in ((0.42, 0.42, 0.16), (0.86, 0.15, 0.08)):
            for side in (-1, 1):
                tip = (0.5 + reach * side) * s
                pen.polygon(
                    [
                        (0.5 * s, y * s),
                        (tip, (y + 0.1) * s),
                        (tip, (y + 0.15) * s),
                        (0.5 * s, (y + chord) * s),
                    ],
                    fill=BROWN,
                )

    depths = {}
    for name, painter in (("bird", bird), ("plane", plane)):
        picture = read_picture(draw(folder / f"{name}.png", painter))
        picture[..., :3] *= np.linspace(0.6, 1.0, picture.shape[0])[:, None, None]  # lit from one side
        small = Silhouette.sample(cut_out(picture), forming.MEASURED_AT)
        plan = forming.plan(small)
        assert plan.method == "inflate", name
        mesh, _ = forming.form(small, plan, forming.Detail(6000, 40))
        depths[name] = np.ptp(mesh.vertices[:, 2])
        wing = mesh.vertices[np.abs(mesh.vertices[:, 0]) > 0.3]
        if name == "plane":
            assert np.ptp(wing[:, 2]) < 0.06
    assert 0.35 < depths["bird"] < 0.8
    assert 0.05 < depths["plane"] < 0.15


def test_a_named_chair_is_fitted_by_the_kit_and_said_to_be(folder: Path) -> None:
    from pocket3d_server.models.builtin_text import BuiltinText

    made = BuiltinText().run(
        MeshRequest(seed=3, text_prompt="a wooden chair", quality="low", texture_resolution=512),
        lambda *_: None,
    )
    Image.fromarray(render(made.asset, 256, 0, 0, None)).save(folder / "chair.png")
    result = run(folder / "chair.png", text_prompt="a chair", quality="low")
    assert result.source == "kit"
    assert any("chair" in note and "kit" in note for note in result.notes)
    assert len(result.asset.parts) > 3
    low, high = result.asset.bounds()
    assert low[1] == pytest.approx(0, abs=1e-6)
    assert (high - low)[:2].max() == pytest.approx(1, abs=0.03)
