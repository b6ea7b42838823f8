"""Reads binary FBX 7 into an asset: meshes, materials, textures and skins at rest; animation is passed over."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset, Part, Primitive, Skeleton
from pocket3d_server.geometry.bones import guessed_tails, posed
from pocket3d_server.geometry.fbx.binary import Tree, checked
from pocket3d_server.geometry.fbx.material import Materials
from pocket3d_server.geometry.fbx.mesh import Mesh, indices, numbers
from pocket3d_server.geometry.fbx.objects import Object, Objects, geometric_matrix, vector
from pocket3d_server.geometry.limits import (
    MAX_BONES,
    MAX_EXTENT,
    MAX_PRIMITIVES,
    MAX_WEIGHTS,
    BadFileError,
    check_size,
    short,
)
from pocket3d_server.geometry.names import unique, unique_name
from pocket3d_server.geometry.vectors import unit

BONES = ("LimbNode", "Limb", "Root")


def read_fbx(path: Path) -> Asset:
    """Read an FBX file; transforms are baked into the vertices, skins are posed as the file's bones stand.

    A vertex with several texture coordinates or normals is repeated, next to its first place in the order. Raises
    BadFileError, with a phrase for people, for a file that is broken or too old.
    """
    content = path.read_bytes()
    try:
        return _Reader(checked(content), path.parent).asset()
    except BadFileError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise BadFileError("a table of the FBX file is broken") from error


def _check_primitives(count: int) -> None:
    if count > MAX_PRIMITIVES:
        raise BadFileError(
            f"it has more than {MAX_PRIMITIVES:,} meshes and materials",
            "Join objects before you export them.",
        )


class _Reader:
    """Follows the objects of one file from its scene down to their tables."""

    def __init__(self, tree: Tree, folder: Path) -> None:
        self.objects = Objects(tree)
        placed = (len(self.objects.below(n, "Geometry")) for n in self.objects.by_number)
        _check_primitives(sum(placed))
        creator = tree.top["Creator"].values[0] if "Creator" in tree.top else ""
        self.materials = Materials(self.objects, str(creator), folder)
        self.clusters = self._clusters()
        linked = {bone.number for found in self.clusters.values() for bone, _ in found}
        of_type = {n for n in self.objects.models if self.objects.by_number[n].subtype in BONES}
        joints = linked | of_type
        # In the file's order if that has parents before children, else in the scene's.
        self.above = {n: self._joint_above(n, joints) for n in joints}
        written = [n for n in self.objects.by_number if n in joints]
        place = {n: i for i, n in enumerate(written)}
        ordered = all(up is None or place[up] < place[n] for n, up in self.above.items())
        self.joints = written if ordered else [n for n in self.objects.models if n in joints]
        self.joint_index = {n: i for i, n in enumerate(self.joints)}
        if len(self.joints) > MAX_BONES:
            raise BadFileError(
                f"it has {len(self.joints):,} bones, and at most {MAX_BONES:,} are taken",
                "Export it with the bones that move the mesh only.",
            )

    def asset(self) -> Asset:
        parts: list[Part] = []
        names: set[str] = set()
        meshes: dict[int, Mesh] = {}
        vertices = faces = 0
        primitives = 0
        for n in self.objects.models:
            model = self.objects.by_number[n]
            made: list[Primitive] = []
            for geometry in self.objects.below(n, "Geometry"):
                if geometry.subtype != "Mesh":
                    continue
                if geometry.number not in meshes:
                    meshes[geometry.number] = Mesh(geometry.record)
                mesh = meshes[geometry.number]
                vertices, faces = vertices + len(mesh.points), faces + mesh.face_count
                check_size(vertices, faces)  # also of what stands in the scene several times
                made += self._primitives(model, geometry, mesh)
            if not made:
                continue
            primitives += len(made)
            _check_primitives(primitives)
            title = model.name or "part"
            name = unique_name(title, names)
            given = model.properties.get("label")
            label = short(given[0]) if given and isinstance(given[0], str) else ""
            parts.append(Part(name, made, label=label or ("" if name == title else title)))
        return Asset(parts, self._skeleton())

    def _primitives(self, model: Object, geometry: Object, mesh: Mesh) -> list[Primitive]:
        here = self.objects.world[model.number] @ geometric_matrix(model)
        mirrored = np.linalg.det(here[:3, :3]) < 0
        skin = self._skin(model, geometry, mesh, here)
        made = []
        for surface in mesh.surfaces:
            points, normals = mesh.points[surface.points], surface.normals
            weights = None
            if skin is not None:
                weights = skin[0][surface.points]
                points, normals = posed(points, normals, weights, skin[1])
            else:
                points = points @ here[:3, :3].T + here[:3, 3]
                if normals is not None:
                    normals = normals @ np.linalg.pinv(here[:3, :3])
            made.append(
                Primitive(
                    points.astype(np.float32),
                    surface.faces[:, [0, 2, 1]] if mirrored else surface.faces,
                    self.materials.of(model, surface.slot),
                    surface.uv,
                    None if normals is None else unit(normals).astype(np.float32),
                    weights,
                    surface.colors,
                )
            )
        return made

    # --- skins -------------------------------------------------------------------------------------------

    def _clusters(self) -> dict[int, list[tuple[Object, Object]]]:
        """For each geometry its bones, each with the cluster that says what it moves."""
        found: dict[int, list[tuple[Object, Object]]] = {}
        for number, one in self.objects.by_number.items():
            if one.kind != "Geometry":
                continue
            for skin in self.objects.below(number, "Deformer"):
                for cluster in self.objects.below(skin.number, "Deformer") if skin.subtype == "Skin" else ():
                    bones = self.objects.below(cluster.number, "Model")
                    if bones and bones[0].number in self.objects.world:
                        found.setdefault(number, []).append((bones[0], cluster))
        return found

    def _skin(
        self, model: Object, geometry: Object, mesh: Mesh, here: NDArray[np.float64]
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]] | None:
        """Weights (P, J) of a mesh's points over the asset's joints, and what each joint does to them (J, 4, 4)."""
        clusters = self.clusters.get(geometry.number)
        if not clusters:
            return None
        if len(mesh.points) * len(self.joints) > MAX_WEIGHTS:
            raise BadFileError(
                "it has too many vertices for so many bones",
                "Reduce the mesh, or export it with the bones that move it only.",
            )
        weights = np.zeros((len(mesh.points), len(self.joints)), np.float32)
        moves = np.tile(here, (len(self.joints), 1, 1))
        for bone, cluster in clusters:
            column = self.joint_index[bone.number]
            points, shares = (
                indices(cluster.record.value("Indexes")),
                numbers(cluster.record.value("Weights")),
            )
            if len(points) != len(shares):
                raise BadFileError("a bone of it has not as many weights as vertices")
            if len(points) and (points.min() < 0 or points.max() >= len(weights)):
                raise BadFileError("a bone refers to a vertex that does not exist")
            np.add.at(weights[:, column], points, np.clip(np.nan_to_num(shares), 0, 1).astype(np.float32))
            bind = numbers(cluster.record.value("Transform"))
            if len(bind) == 16:
                moves[column] = (
                    self.objects.world[bone.number] @ bind.reshape(4, 4).T @ geometric_matrix(model)
                )
        total = weights.sum(axis=1)
        loose = ~(total > 0)
        if loose.any():  # the first of its bones takes what no bone moves
            weights[loose, self.joint_index[clusters[0][0].number]] = 1
            total[loose] = 1
        return weights / total[:, None], moves

    def _joint_above(self, number: int, joints: set[int]) -> int | None:
        up = self.objects.above(number)
        while up and up not in joints:
            up = self.objects.above(up)
        return up or None

    def _skeleton(self) -> Skeleton | None:
        if not self.joints:
            return None
        names: set[str] = set()
        world = np.stack([self.objects.world[n] for n in self.joints])
        if not np.isfinite(world).all() or np.abs(world).max(initial=0) > MAX_EXTENT:
            raise BadFileError("a bone of it stands nowhere", "Delete the bone, and export the mesh again.")
        bones = [self.objects.by_number[n] for n in self.joints]
        parents = [-1 if up is None else self.joint_index[up] for up in (self.above[n] for n in self.joints)]
        lengths = [float(vector(bone.properties.get("bone_length"), (0.0,))[0]) for bone in bones]
        tails = guessed_tails(world[:, :3, 3], np.asarray(parents), unit(world[:, :3, 1]), lengths)
        titles = [unique(bone.name or f"bone_{i}", names) for i, bone in enumerate(bones)]
        return Skeleton(titles, parents, world[:, :3, 3], tails)
