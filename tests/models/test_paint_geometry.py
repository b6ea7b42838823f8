"""Painting a mesh from views: what is in the pictures is what the mesh wears afterwards, on its own faces."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import trimesh

pytest.importorskip("cv2", reason="the models extra is not installed")

from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.shading import bilinear
from pocket3d_server.models.hunyuan_paint import inpaint, views
from pocket3d_server.models.hunyuan_paint.maps import Sight, Surface
from pocket3d_server.models.hunyuan_paint.painter import Method, Painter
from pocket3d_server.models.hunyuan_paint.projection import Baked, merged
from pocket3d_server.models.hunyuan_paint.views import FIXED, View, camera_index

SIZE = 256
METHODS: list[Method] = ["linear", "back_sample"]


def asset_of(*meshes: trimesh.Trimesh) -> Asset:
    """Each mesh a part with a material of its own."""
    return Asset(
        [
            Part(f"part_{k}", [Primitive(m.vertices, m.faces, Material(f"material_{k}"))])
            for k, m in enumerate(meshes)
        ]
    )


def dumbbell() -> tuple[trimesh.Trimesh, trimesh.Trimesh]:
    """Two balls of different size, far enough apart that all of both is seen."""
    return (
        trimesh.creation.icosphere(3).apply_translation([0, 0.8, 0]),
        trimesh.creation.icosphere(3, 0.6).apply_translation([0.3, -1.1, 0.2]),
    )


def field(places: np.ndarray) -> np.ndarray:
    """The colour (N, 3) of places in the painter's frame: different everywhere."""
    return (0.5 + places * [0.7, -0.6, 0.8]).astype(np.float32)


def pictures(painter: Painter, seen_from: list[View]) -> list[np.ndarray]:
    """What each view shows of the field."""
    surface = painter.surface
    images = []
    for view in seen_from:
        seen = Sight.of(surface, view.azimuth, view.elevation, SIZE).raster
        images.append(seen.picture(field(seen.interpolate(surface.vertices, surface.faces)), 1.0))
    return images


def off_at_vertices(painter: Painter, painted: Asset) -> np.ndarray:
    """How far (V,) the colours that the painted mesh shows at its vertices are from the field there."""
    found = [
        bilinear(p.material.base_color_image, np.asarray(p.uv)) / 255
        for p in painted.primitives()
        if p.material.base_color_image is not None and p.uv is not None
    ]
    corners, _ = painted.merged()
    middle = (corners.min(axis=0) + corners.max(axis=0)) / 2
    scale = 0.575 / np.linalg.norm(corners - middle, axis=1).max()
    x, y, z = ((corners - middle) * scale).T
    return np.abs(np.concatenate(found) - field(np.stack([-x, z, -y], axis=1))).max(axis=1)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("broken", [False, True], ids=["sound", "inside out"])
def test_a_mesh_wears_what_the_pictures_show(method: Method, broken: bool) -> None:
    """Whatever way its faces are wound, upright and not mirrored, and with nothing of the white around it."""
    balls = dumbbell()
    if broken:
        balls[1].invert()
    asset = asset_of(*balls)
    painter = Painter(asset, SIZE, method, SIZE)
    seen_from = painter.views()
    baked = painter.bake(pictures(painter, seen_from), seen_from)
    assert baked.trust[painter.atlas.texels.mask()].mean() > 0.8
    painted = painter.apply(painter.fill(baked))
    off = off_at_vertices(painter, painted)
    assert np.median(off) < 0.01
    assert np.quantile(off, 0.99) < 0.05
    for before, after in zip(asset.primitives(), painted.primitives()):
        np.testing.assert_allclose(after.vertices[after.faces], before.vertices[before.faces], atol=1e-6)
        assert after.material.name == before.material.name


@pytest.mark.parametrize("method", METHODS)
def test_pictures_may_have_any_size(method: Method) -> None:
    painter = Painter(asset_of(*dumbbell()), SIZE, method, SIZE)
    seen_from = painter.views()
    images = [(image[::2, ::2] * 255).astype(np.uint8) for image in pictures(painter, seen_from)]
    off = off_at_vertices(painter, painter.apply(painter.fill(painter.bake(images, seen_from))))
    assert np.median(off) < 0.02


@pytest.mark.parametrize("method", METHODS)
def test_walls_are_painted_all_over(method: Method) -> None:
    """A side that a camera looks straight at is as deep everywhere, but for rounding."""
    painter = Painter(asset_of(trimesh.creation.box((1.9, 0.3, 1.7))), SIZE, method, SIZE)
    seen_from = painter.views()
    baked = painter.bake(pictures(painter, seen_from), seen_from)
    assert baked.trust[painter.atlas.texels.mask()].mean() > 0.85


@pytest.mark.parametrize("method", METHODS)
def test_slight_pieces_are_painted(method: Method) -> None:
    """A needle all of which is near its outline has its own colour, not that of what is near it."""
    ball = trimesh.creation.icosphere(3, 0.5)
    needle = trimesh.creation.cylinder(0.004, 2.0, sections=6).apply_translation([0.7, 0, 0])
    painter = Painter(asset_of(ball, needle), SIZE, method, 512)
    images = []
    for view in FIXED:
        seen = Sight.of(painter.surface, view.azimuth, view.elevation, 512).raster
        is_needle = (seen.face >= len(ball.faces))[:, None]
        images.append(seen.picture(np.where(is_needle, [1.0, 0, 0], [0, 0, 1.0]).astype(np.float32), 1.0))
    image = painter.fill(painter.bake(images, FIXED))
    texels = painter.atlas.texels
    color = image.reshape(-1, 3)[texels.texel[painter.atlas.owner[texels.face] == 1]].astype(int)
    # So slight, it takes something of the white around it, too.
    assert np.median(color[:, 0] - color[:, 2]) > 60


def test_materials_are_in_gltfs_order() -> None:
    """The network tells metallic in red and roughness in green; glTF has them in blue and green."""
    asset = asset_of(*dumbbell())
    painter = Painter(asset, 64, "back_sample", 64)
    told = np.zeros((32, 32, 3), np.uint8)
    told[..., 0], told[..., 1] = 200, 90
    color = np.full((64, 64, 3), 128, np.uint8)
    for primitive in painter.apply(color, told).primitives():
        material = primitive.material
        assert material.metallic_roughness_image is not None
        assert (material.metallic_roughness_image[..., 1:] == [90, 200]).all()
        assert (material.metallic, material.roughness) == (1, 1)
    plain = next(painter.apply(color).primitives()).material
    assert plain.metallic == 0
    assert plain.metallic_roughness_image is None


def test_what_cannot_be_painted_is_told() -> None:
    with pytest.raises(ValueError, match="no faces"):
        Painter(Asset([]), 64, "linear", 64)
    point = Primitive(np.zeros((3, 3)), np.array([[0, 1, 2]]), Material("point"))
    with pytest.raises(ValueError, match="one point"):
        Painter(Asset([Part("point", [point])]), 64, "linear", 64)


@pytest.mark.parametrize("work", ["views", "bake", "fill"])
def test_all_long_work_can_be_stopped(work: str) -> None:
    painter = Painter(asset_of(*dumbbell()), 64, "linear", 64)
    images = [np.ones((64, 64, 3), np.float32)] * len(FIXED)
    empty = Baked(np.zeros((64, 64, 3), np.float32), np.zeros((64, 64), np.bool_))
    steps: dict[str, Callable[[Callable[[float], None]], object]] = {
        "views": lambda report: painter.views(9, report),
        "bake": lambda report: painter.bake(images, FIXED, report),
        "fill": lambda report: painter.fill(empty, report),
    }

    def stop(done: float) -> None:
        assert 0 <= done <= 1
        raise InterruptedError

    with pytest.raises(InterruptedError):
        steps[work](stop)


def test_cameras_have_their_classes() -> None:
    assert [camera_index(view) for view in FIXED] == [21, 12, 15, 18, 43, 37]
    with pytest.raises(ValueError, match="45"):
        camera_index(View(0, 45, 1))


def test_further_views_show_what_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    """A ball behind a plate on each side is seen between them; alone it needs no further view."""
    monkeypatch.setattr(views, "SEARCH_SIZE", 128)
    ball = trimesh.creation.icosphere(2, 0.45)
    surface = Surface.of(ball.vertices, ball.faces[:, ::-1], flat=True)
    assert views.chosen(surface, 9) == list(FIXED)
    plates = [
        trimesh.creation.box(1 - 0.98 * axis).apply_translation(side * axis)
        for axis in np.eye(3)
        for side in (-1, 1)
    ]
    painter = Painter(asset_of(ball, *plates), 64, "back_sample", 64)
    found = painter.views(9)
    assert len(found) == 9
    assert tuple(found[:6]) == FIXED
    assert len(set(found)) == 9
    assert all(abs(view.elevation) == 20 for view in found[6:])
    assert painter.views(7) == found[:7]
    seen = Sight.of(painter.surface, found[6].azimuth, found[6].elevation, 128).raster
    assert (seen.face < len(ball.faces)).any()


def test_views_that_add_nothing_are_skipped() -> None:
    from pocket3d_server.models.hunyuan_paint.projection import Painted

    all_ = Painted(np.arange(100), np.zeros((100, 3), np.float32), np.full(100, 0.5, np.float32))
    again = Painted(np.arange(100), np.ones((100, 3), np.float32), np.full(100, 1.0, np.float32))
    unseen = Painted(np.arange(100), np.ones((100, 3), np.float32), np.zeros(100, np.float32))
    baked = merged([(unseen, 1.0), (all_, 1.0), (again, 1.0)], 10)
    assert baked.trust.all()
    assert not baked.texture.any()
    part = again._replace(texel=np.arange(50, 150))
    both = merged([(all_, 1.0), (part, 1.0)], 13)
    assert np.allclose(both.texture.reshape(-1, 3)[50:100], 16 / 17)
    assert both.trust.sum() == 150


def _one_after_the_other(
    color: np.ndarray, known: np.ndarray, visits: np.ndarray, faces: np.ndarray, vertices: np.ndarray
) -> None:
    """What `inpaint.spread` is to do, visit by visit."""
    edges: list[list[int]] = [[] for _ in vertices]
    for face in faces:
        for k in range(3):
            edges[face[k]].append(face[(k + 1) % 3])
    left, before = 2, 0
    while left:
        unknown = 0
        for v in visits:
            near = np.array([n for n in edges[v] if known[n]], int)
            if len(near):
                weight = np.linalg.norm(vertices[v] - vertices[near], axis=1) ** -2.0
                color[v], known[v] = weight @ color[near] / weight.sum(), True
            else:
                unknown += 1
        left += -1 if unknown == before else 1
        before = unknown


@pytest.mark.parametrize("seed", range(4))
def test_colours_spread_as_if_one_after_the_other(seed: int) -> None:
    """Far, in an order that hinders them, across seams; a piece that is not reached stays as it is."""
    rng = np.random.default_rng(seed)
    ball = trimesh.creation.icosphere(2)
    twin = ball.copy().apply_translation([3, 0, 0])
    mesh = trimesh.util.concatenate([ball, twin])
    faces, size = mesh.faces[rng.permutation(len(mesh.faces))], 40
    count = len(mesh.vertices)
    texel = rng.permutation(size * size)[:count]
    uv = np.stack([texel % size, size - 1 - texel // size], axis=1) / (size - 1)
    trust, texture = np.zeros(size * size, np.bool_), np.zeros((size * size, 3), np.float32)
    told = rng.permutation(len(ball.vertices))[:4]
    trust[texel[told]], texture[texel[told]] = True, rng.random((4, 3))
    color, known = texture[texel].astype(float), trust[texel].copy()
    corner = faces.ravel()
    _one_after_the_other(color, known, corner[~known[corner]], faces, mesh.vertices)
    baked = Baked(texture.reshape(size, size, 3), trust.reshape(size, size))
    found = inpaint.spread(baked, mesh.vertices, faces, uv, faces)
    assert np.array_equal(found.trust.ravel()[texel], known)
    assert known.sum() == len(ball.vertices)
    assert np.abs(found.texture.reshape(-1, 3)[texel] - color)[known].max() < 1e-6


def test_hidden_faces_run_from_corner_to_corner() -> None:
    """A ball in a ball is never seen: it has the colours that are nearest, and no hole is left."""
    outer, inner = trimesh.creation.icosphere(3), trimesh.creation.icosphere(3, 0.7)
    painter = Painter(asset_of(outer, inner), SIZE, "linear", SIZE)
    seen_from = painter.views()
    baked = painter.bake(pictures(painter, seen_from), seen_from)
    texels = painter.atlas.texels
    hidden = painter.atlas.owner[texels.face] == 1
    assert not baked.trust.ravel()[texels.texel[hidden]].any()
    image = painter.fill(baked).reshape(-1, 3)[texels.texel[hidden]] / 255
    places = texels.interpolate(painter.surface.vertices, painter.atlas.faces)[hidden]
    assert np.abs(image - field(places / 0.7)).max(axis=1).mean() < 0.05


def test_a_vertex_takes_the_mean_of_what_is_around_it() -> None:
    """Of a pattern as fine as texels a hidden place becomes neither its light nor its dark; what was seen stays as it is."""
    painter = Painter(asset_of(trimesh.creation.icosphere(2)), SIZE, "linear", SIZE)
    texels, rng = painter.atlas.texels, np.random.default_rng(0)
    pattern = rng.integers(0, 2, (SIZE, SIZE, 1)).repeat(3, axis=2).astype(np.float32)
    places = texels.interpolate(painter.surface.vertices, painter.atlas.faces)
    trust = np.zeros(SIZE * SIZE, np.bool_)
    trust[texels.texel[places[:, 0] > 0]] = True
    image = painter.fill(Baked(pattern * trust.reshape(SIZE, SIZE, 1), trust.reshape(SIZE, SIZE)))
    assert np.array_equal(image.reshape(-1, 3)[trust], (pattern.reshape(-1, 3)[trust] * 255).astype(np.uint8))
    hidden = image.reshape(-1, 3)[texels.texel[places[:, 0] < -0.2]]
    assert hidden.min() > 90
    assert hidden.max() < 165
