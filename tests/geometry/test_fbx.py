"""FBX, written and read: nothing moves, nothing is lost, and other programs' ways of saying the same are understood.

``tests/blender/test_fbx.py`` exchanges files with Blender.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.geometry.fbx.binary import MAGIC, Array, Long, Made, Tree, encode
from pocket3d_server.geometry.fbx.document import euler, layer_of, numbers, table
from pocket3d_server.geometry.fbx.write import write_fbx
from pocket3d_server.geometry.limits import MAX_PIXELS, BadFileError
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.geometry.recognise import recognise
from scipy.spatial.transform import Rotation

from .test_files import textured_asset


def compact(asset: Asset) -> Asset:
    """Without vertices that no face uses: an FBX read back has none."""
    for primitive in asset.primitives():
        used, faces = np.unique(primitive.faces, return_inverse=True)
        primitive.faces = faces.reshape(-1, 3)
        for name in ("vertices", "uv", "normals", "weights", "colors"):
            values = getattr(primitive, name)
            setattr(primitive, name, None if values is None else values[used])
    return asset


@pytest.mark.parametrize("bones", [0, 5])
def test_what_is_written_is_read(tmp_path: Path, bones: int) -> None:
    made = compact(textured_asset(bones=bones))
    first = next(made.primitives())
    first.colors = np.random.default_rng(1).random((len(first.vertices), 4))
    path = tmp_path / "a.fbx"
    write_fbx(made, path)
    assert recognise(path, MAX_PIXELS).suffix == ".fbx"
    read = read_asset(path)
    assert [(part.name, part.label) for part in read.parts] == [
        (part.name, part.label) for part in made.parts
    ]
    for one, other in zip(made.primitives(), read.primitives(), strict=True):
        np.testing.assert_array_equal(other.faces, one.faces)
        for name, tolerance in (("vertices", 1e-5), ("normals", 1e-5), ("weights", 1e-6), ("colors", 1e-5)):
            given, found = getattr(one, name), getattr(other, name)
            if given is not None:
                np.testing.assert_allclose(found, given, atol=tolerance, err_msg=name)
        if one.uv is not None:
            np.testing.assert_allclose(other.uv, one.uv, atol=1e-6)
    glass = read.parts[0].primitives[1].material
    assert glass.base_color == pytest.approx((0.1, 0.2, 0.3, 0.25))
    assert (glass.alpha_mode, glass.emissive) == ("BLEND", pytest.approx((0.1, 0, 0)))
    painted = read.parts[1].primitives[0].material
    assert painted is read.parts[0].primitives[0].material
    assert (painted.name, painted.metallic, painted.roughness) == (
        "painted",
        pytest.approx(0.25),
        pytest.approx(0.4),
    )
    assert (made.skeleton is None) == (read.skeleton is None)
    if made.skeleton is not None and read.skeleton is not None:
        assert read.skeleton.names == made.skeleton.names
        assert read.skeleton.parents == made.skeleton.parents
        np.testing.assert_allclose(read.skeleton.heads, made.skeleton.heads, atol=1e-6)
        np.testing.assert_allclose(read.skeleton.tails, made.skeleton.tails, atol=1e-6)


def test_an_image_takes_its_factor_with_it(tmp_path: Path) -> None:
    """A factor beside an image means nothing in this format."""
    grey = np.full((8, 8, 3), 128, np.uint8)
    material = Material("m", (0.25, 1, 1, 1), base_color_image=grey, roughness=0.5, metallic=0.0)
    material.metallic_roughness_image = np.full((8, 8, 3), 200, np.uint8)
    write_fbx(Asset([Part("a", [triangle(material)])]), tmp_path / "a.fbx")
    read = next(read_asset(tmp_path / "a.fbx").primitives()).material
    assert read.base_color_image is not None
    assert read.metallic_roughness_image is not None
    # A quarter of the light of sRGB 128 is sRGB 66.
    np.testing.assert_allclose(read.base_color_image.reshape(-1, 3).mean(axis=0), (66, 128, 128), atol=2)
    np.testing.assert_allclose(read.metallic_roughness_image[0, 0, 1:], (100, 0), atol=2)
    assert (read.base_color[0], read.roughness, read.metallic) == (1, 1, 1)


def test_faces_without_normals_stay_flat(tmp_path: Path) -> None:
    """Beside others that have some, each of them gets its own."""
    smooth, flat = triangle(Material("m")), triangle(Material("n"))
    smooth.normals = np.tile([0.0, 1.0, 0.0], (3, 1))
    write_fbx(Asset([Part("a", [smooth, flat])]), tmp_path / "a.fbx")
    one, other = read_asset(tmp_path / "a.fbx").primitives()
    assert one.normals is not None
    assert other.normals is not None
    np.testing.assert_allclose(one.normals, smooth.normals)
    np.testing.assert_allclose(other.normals, np.tile([0.0, 0.0, 1.0], (3, 1)))
    write_fbx(Asset([Part("a", [flat])]), tmp_path / "a.fbx")
    assert next(read_asset(tmp_path / "a.fbx").primitives()).normals is None


def test_angles_turn_as_the_matrix_does() -> None:
    for matrix in [
        *Rotation.random(20, rng=0).as_matrix(),
        Rotation.from_euler("xyz", [30, 90, 0], True).as_matrix(),
    ]:
        turned = Rotation.from_euler("xyz", euler(matrix), degrees=True).as_matrix()
        np.testing.assert_allclose(turned, matrix, atol=1e-7)


def triangle(material: Material) -> Primitive:
    corners = np.array([[0.0, 0, 0], [1, 0, 0], [0, 1, 0]])
    uv = np.array([[0.0, 0], [1, 0], [0, 1]])
    return Primitive(corners, np.array([[0, 1, 2]]), material, uv)


# --- as other programs write --------------------------------------------------------------------------------


class File:
    """An FBX put together by hand."""

    def __init__(self, **settings: float) -> None:
        self.settings = Made("GlobalSettings")
        rows = [(n, "int", "Integer", "", v) for n, v in settings.items() if n != "UnitScaleFactor"]
        unit = ("UnitScaleFactor", "double", "Number", "", float(settings.get("UnitScaleFactor", 1)))
        table(self.settings, *rows, unit)
        self.objects = Made("Objects")
        self.connections = Made("Connections")

    def object(
        self, kind: str, number: int, subtype: str, above: int, *rows: Any, name: str = "thing"
    ) -> Made:
        made = self.objects.add(kind, Long(number), f"{name}\0\1{kind}", subtype)
        table(made, *rows)
        self.connections.add("C", "OO", Long(number), Long(above))
        return made

    def mesh(self, number: int, above: int, points: Any, polygons: list[list[int]]) -> Made:
        made = self.object("Geometry", number, "Mesh", above)
        made.add("Vertices", numbers(points))
        ends = [index for polygon in polygons for index in [*polygon[:-1], ~polygon[-1]]]
        made.add("PolygonVertexIndex", numbers(ends, "i"))
        return made

    def save(self, path: Path) -> Path:
        path.write_bytes(encode([self.settings, self.objects, self.connections]))
        return path


def row(name: str, *values: float) -> tuple[Any, ...]:
    return (name, name, "", "A", *(float(value) for value in values))


SQUARE = [[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
PENTAGON = [[0.0, 0, 0], [2, 0, 0], [3, 1, 0], [1, 2, 0], [-1, 1, 0]]


def test_units_axes_and_pivots(tmp_path: Path) -> None:
    """Inches, Z up, front -Y; an object that is turned about a point of its own, in one that is scaled."""
    file = File(
        UpAxis=2,
        UpAxisSign=1,
        FrontAxis=1,
        FrontAxisSign=-1,
        CoordAxis=0,
        CoordAxisSign=1,
        UnitScaleFactor=2.54,
    )
    file.object("Model", 1, "Null", 0, row("Lcl Scaling", 2, 2, 2), name="group")
    active = ("RotationActive", "bool", "", "", 1)
    file.object(
        *("Model", 2, "Mesh", 1, active),
        *(row("Lcl Translation", 10, 0, 0), row("Lcl Rotation", 0, 0, 90), row("RotationPivot", 1, 0, 0)),
        *(row("PreRotation", 90, 0, 0), row("GeometricTranslation", 0, 0, 5)),
    )
    file.mesh(3, 2, SQUARE, [[0, 1, 2, 3]])
    read = next(read_asset(file.save(tmp_path / "a.fbx")).primitives())

    def place(point: np.ndarray) -> np.ndarray:
        x, y, z = point + [0, 0, 5] - [1, 0, 0]
        x, y, z = -y, x, z  # a quarter about Z,
        x, y, z = x, -z, y  # then the one about X that comes before it
        x, y, z = 2 * (np.array([x, y, z]) + [1, 0, 0] + [10, 0, 0]) * 0.0254
        return np.array([x, z, -y])

    np.testing.assert_allclose(read.vertices, [place(np.array(p)) for p in SQUARE], atol=1e-6)
    np.testing.assert_array_equal(read.faces, [[0, 1, 2], [0, 2, 3]])


@pytest.mark.parametrize("order", range(6))
def test_orders_of_turning(tmp_path: Path, order: int) -> None:
    file = File()
    turn = row("Lcl Rotation", 20, -40, 70)
    rows = (("RotationActive", "bool", "", "", 1), ("RotationOrder", "enum", "", "", order), turn)
    file.object("Model", 1, "Mesh", 0, *rows)
    file.mesh(2, 1, PENTAGON, [[0, 1, 2, 3, 4]])
    axes = ("xyz", "xzy", "yzx", "yxz", "zxy", "zyx")[order]
    angles = dict(zip("xyz", (20, -40, 70)))
    turned = Rotation.from_euler(axes, [angles[axis] for axis in axes], degrees=True).apply(PENTAGON) / 100
    read = next(read_asset(file.save(tmp_path / "a.fbx")).primitives())
    np.testing.assert_allclose(read.vertices, turned, atol=1e-7)
    assert len(read.faces) == 3


def test_mirrored_objects_keep_their_outside(tmp_path: Path) -> None:
    file = File()
    file.object("Model", 1, "Mesh", 0, row("Lcl Scaling", -1, 1, 1))
    file.mesh(2, 1, SQUARE, [[0, 1, 2, 3]])
    read = next(read_asset(file.save(tmp_path / "a.fbx")).primitives())
    a, b, c = read.vertices[read.faces[0]]
    assert np.cross(b - a, c - a)[2] > 0


def test_materials_of_faces_and_values_of_corners(tmp_path: Path) -> None:
    """Two quads with a seam of texture between them, and normals that are written out for each corner."""
    file = File()
    file.object("Model", 1, "Mesh", 0)
    points = [[0.0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0], [2, 0, 0], [2, 1, 0]]
    mesh = file.mesh(2, 1, points, [[0, 1, 2, 3], [1, 4, 5, 2], [3, 2, 5]])
    for number, name in ((3, "red"), (4, "blue")):
        file.object("Material", number, "", 1, row("DiffuseColor", 1, 0, 0), row("Shininess", 6), name=name)
    layer = layer_of(mesh, "Material", "ByPolygon", "IndexToDirect", 101)
    layer.add("Materials", numbers([1, 0, 1], "i"))
    normals = layer_of(mesh, "Normal", "ByPolygonVertex", "Direct", 101)
    normals.add("Normals", numbers([[0.0, 0, 2]] * 10 + [[0.0, -0.0, 2]]))
    uv = layer_of(mesh, "UV", "ByPolygonVertex", "Direct", 101)
    uv.add(
        "UV",
        numbers([[0.0, 0], [1, 0], [1, 1], [0, 1], [0, 0], [1, 0], [1, 1], [0, 1], [0, 1], [1, 1], [0, 0]]),
    )
    red, blue = read_asset(file.save(tmp_path / "a.fbx")).primitives()
    assert (red.material.name, blue.material.name) == ("red", "blue")
    assert red.material.roughness == pytest.approx(0.5)
    assert (len(red.vertices), len(red.faces)) == (4, 2)
    # Corner (1, 1) at (0, 1) of the texture's top is shared by a quad and the triangle; the last corner is not.
    assert (len(blue.vertices), len(blue.faces)) == (5, 3)
    assert red.uv is not None
    assert red.normals is not None
    by_place = {tuple(p): tuple(t) for p, t in zip((red.vertices * 100).round().tolist(), red.uv.tolist())}
    assert by_place == {(1, 0, 0): (0, 1), (2, 0, 0): (1, 1), (2, 1, 0): (1, 0), (1, 1, 0): (0, 0)}
    np.testing.assert_allclose(red.normals, [[0, 0, 1]] * 4)


def test_what_decorates_may_be_wrong(tmp_path: Path) -> None:
    file = File()
    file.object("Model", 1, "Mesh", 0)
    mesh = file.mesh(2, 1, SQUARE, [[0, 1, 2, 3]])
    layer_of(mesh, "UV", "ByPolygonVertex", "IndexToDirect", 101).add("UVIndex", numbers([0, 1, 2, 9], "i"))
    layer_of(mesh, "Normal", "BySomething", "Direct", 101).add("Normals", numbers([[0.0, 0, 1]]))
    read = next(read_asset(file.save(tmp_path / "a.fbx")).primitives())
    assert read.uv is None
    assert read.normals is None


def test_textures_beside_a_file_in_a_zip(tmp_path: Path) -> None:
    file = File()
    file.object("Model", 1, "Mesh", 0)
    file.mesh(2, 1, SQUARE, [[0, 1, 2, 3]])
    file.object("Material", 3, "", 1)
    texture = file.object("Texture", 4, "", 9)
    texture.add("RelativeFilename", "..\\..\\textures\\wood.png")
    file.connections.add("C", "OP", Long(4), Long(3), "DiffuseColor")
    file.save(tmp_path / "a.fbx")
    Image.new("RGB", (4, 4), (10, 200, 30)).save(tmp_path / "wood.png")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in ("a.fbx", "wood.png"):
            archive.write(tmp_path / name, name)
    recognise(tmp_path / "a.zip", MAX_PIXELS)
    image = next(read_asset(tmp_path / "a.zip").primitives()).material.base_color_image
    assert image is not None
    assert tuple(image[0, 0]) == (10, 200, 30)


def test_an_object_that_claims_to_be_the_scene(tmp_path: Path) -> None:
    """It hangs on itself."""
    file = File()
    file.object("Model", 0, "Null", 0)
    file.object("Model", 1, "Mesh", 0)
    file.mesh(2, 1, SQUARE, [[0, 1, 2, 3]])
    assert read_asset(file.save(tmp_path / "a.fbx")).face_count == 2


def test_bones_without_length_and_beyond_all_measure(tmp_path: Path) -> None:
    def saved(*rows: Any) -> Path:
        file = File()
        file.object("Model", 1, "Mesh", 0)
        file.mesh(2, 1, SQUARE, [[0, 1, 2, 3]])
        file.object("Model", 3, "LimbNode", 0, *rows, name="bone")
        return file.save(tmp_path / "a.fbx")

    skeleton = read_asset(saved(row("Lcl Scaling", 0, 0, 0))).skeleton
    assert skeleton is not None
    assert (skeleton.tails != skeleton.heads).any()
    with pytest.raises(BadFileError, match="nowhere"):
        read_asset(saved(row("Lcl Translation", 1e300, 0, float("nan"))))


def test_wide_offsets_are_read() -> None:
    """Those of version 7.5, as newer programs write."""
    head = struct.Struct("<QQQB")
    value = b"S" + struct.pack("<I", 2) + b"hi"
    inner_start = len(MAGIC) + 4 + head.size + 5
    inner = head.pack(inner_start + head.size + 4 + len(value), 1, len(value), 4) + b"Text" + value
    end = inner_start + len(inner) + head.size
    outer = head.pack(end, 0, 0, 5) + b"Outer" + inner + bytes(head.size)
    tree = Tree(MAGIC + struct.pack("<I", 7700) + outer + bytes(head.size))
    assert tree.top["Outer"].value("Text") == "hi"


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda data: data[:10], "no binary FBX"),
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: MAGIC + struct.pack("<I", 6100) + data[27:], "version 6.1"),
        (lambda data: encode([Made("Objects")]), "no mesh with faces"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, damage: Any, message: str) -> None:
    path = tmp_path / "a.fbx"
    write_fbx(Asset([Part("a", [triangle(Material("m"))])]), path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BadFileError, match=message) as refused:
        read_asset(path)
    assert refused.value.suggestion.endswith(".")


def test_an_array_that_unpacks_to_more_than_it_says() -> None:
    packed = zlib.compress(bytes(50_000_000))
    with pytest.raises(BadFileError, match="length"):
        Array("d", 100, packed, compressed=True).unpacked()
    with pytest.raises(BadFileError, match="too many"):
        Array("d", 2**31, packed, compressed=True).unpacked()
