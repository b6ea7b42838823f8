"""What was asked for, by words or by a picture, as values at an atlas' texels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pocket3d_server.geometry.asset import Asset
from pocket3d_server.geometry.atlas import Atlas
from pocket3d_server.geometry.bake import Floats
from pocket3d_server.geometry.dressing import COMPLETE
from pocket3d_server.geometry.solid_materials import Look
from pocket3d_server.models.builtin_texture import layers, reference, styles, swatch
from pocket3d_server.models.builtin_texture.pieces import Piece, pieces_of, unnamed_parts
from pocket3d_server.models.builtin_texture.wording import Wording, read_prompt
from pocket3d_server.models.engine import EngineError, TextureRequest
from pocket3d_server.models.language.understand import tokens_of

EVEN = 0.5
"""A picture that shows the same in all its regions, more than this, is a pattern and not an object."""


class Surface:
    """What was asked for, as values at the atlas' texels."""

    def __init__(self, request: TextureRequest, asset: Asset, atlas: Atlas) -> None:
        self.request = request
        self.asset = asset
        self.atlas = atlas
        self.notes: list[str] = []
        self.facts: dict[str, object] = {}
        self.source, self.confidence = "material", 1.0
        self.opacity: list[float | None] = [None] * len(atlas.sources)
        """How see-through each primitive becomes; None leaves it as it is."""
        self.open, self.edge = atlas.cavity_and_edge()
        """How open each texel is, and how much it lies on an edge, (N,) each."""
        self.piece: NDArray[np.int64] = atlas.texel_owner
        """(N,) the piece of the wording that each texel belongs to."""
        self.wording: Wording | None = None
        if request.text_prompt and request.text_prompt.strip():
            self._read_words(request.text_prompt)
        self.picture: tuple[Floats, Floats] | None = None
        self.is_tile = False
        if request.images:
            self._read_picture()

    def _read_words(self, prompt: str) -> None:
        pieces = pieces_of(self.asset)
        if unnamed_parts(prompt, pieces):
            pieces = self._divided() or pieces
        self.wording = read_prompt(prompt, pieces)
        self.confidence = self.wording.confidence
        self.notes += self.wording.notes
        coats = [c for c in self.wording.coats if c]
        self.facts["materials"] = sorted({c.material.name for c in coats})
        if self.wording.layers:
            self.facts["layers"] = [f"{x.coat.material.name} ({x.placement})" for x in self.wording.layers]
        if (
            not self.request.images
            and self.request.intensity >= COMPLETE
            and len(pieces) == len(self.opacity)
        ):
            self.opacity = [c.material.opacity if c else None for c in self.wording.coats]

    def _divided(self) -> list[Piece] | None:
        """Pieces found in the shape, for a mesh whose parts have no names; None where nothing was recognised."""
        from pocket3d_server.models.builtin_parts.engine import segment_shape

        try:
            division = segment_shape(self.asset, "semantic", 1, lambda *_: None)
        except ValueError:  # no face has an area
            return None
        if all(name.startswith("part_") for name in division.names):
            self.notes.append("The mesh names no parts, and what it shows was not recognised.")
            return None
        self.piece = np.asarray(division.labels, np.int64)[self.atlas.texels.face]
        self.facts["parts"] = division.names
        self.notes.append("The mesh names no parts, so they were found by its shape.")
        return [Piece(frozenset(tokens_of(name))) for name in division.names]

    def _read_picture(self) -> None:
        from pocket3d_server.models.pictures.cutout import cut_out  # slow to import
        from pocket3d_server.models.pictures.picture import read_picture

        rgba = read_picture(self.request.images[0])
        rgb, alpha = np.asarray(rgba[..., :3], np.float32), np.ones(rgba.shape[:2], np.float32)
        self.picture = (rgb, alpha)
        # One pattern from edge to edge has no background, however plain its ground is.
        opaque = float(rgba[..., 3].min()) > 0.9
        pattern = opaque and reference.evenness(rgb, alpha) > EVEN
        self.is_tile = pattern and not reference.one_object(rgb)
        if not self.is_tile:
            try:
                found = cut_out(rgba)
                self.picture = (np.asarray(found.rgb, np.float32), np.asarray(found.alpha, np.float32))
            except EngineError:  # a picture of a surface rather than of an object
                self.is_tile = True
        if len(self.request.images) > 1:
            self.notes.append("Only the first reference picture is used.")

    def finished(self) -> Look:
        """The surface in the requested style."""
        style, seed = self.request.style, self.request.seed
        wear = 1.0
        if self.wording is not None:
            wear = self.wording.wear
            if style == "realistic" and self.wording.style is not None:
                style = self.wording.style
        if style == "artistic":
            shift, identity, relief = styles.strokes(self.atlas, seed)
            look = self._look(shift)
            return styles.artistic(self.atlas, look, identity, relief, self.open)
        look = self._look(None)
        if style == "cartoon":
            return styles.cartoon(self.atlas, look, self.open, self.edge)
        if self.picture is not None:  # wear is in the picture already, and its colours are to stay
            if self.source == "swatch":
                look.color *= (1 - 0.45 * np.clip(0.75 - self.open, 0, 1))[:, None]
            return look
        return styles.realistic(self.atlas, look, self.open, self.edge, seed, wear)

    def _look(self, shift: Floats | None) -> Look:
        look = None
        if self.wording is not None:
            look = self._from_words(self.wording, shift)
        if self.picture is None:
            assert look is not None
            return look
        pictured = self._from_picture()
        if look is not None:  # words say what it is made of, the picture what it looks like
            pictured.roughness, pictured.metallic, pictured.height = (
                look.roughness,
                look.metallic,
                look.height,
            )
        return pictured

    def _from_words(self, wording: Wording, shift: Floats | None) -> Look:
        atlas, seed = self.atlas, self.request.seed
        look = atlas.look(wording.coats, seed, shift=shift, owner=self.piece)
        if None in wording.coats:
            bare = np.isin(self.piece, [i for i, coat in enumerate(wording.coats) if coat is None])
            for name, value in zip(("color", "roughness", "metallic"), atlas.original(), strict=True):
                getattr(look, name)[bare] = value[bare]
        if wording.gloss:
            look.roughness = np.clip(np.asarray(look.roughness) + np.float32(wording.gloss), 0.04, 1)
        if wording.layers:
            ground = layers.ground_of(atlas, self.open, self.edge)
            for k, layer in enumerate(wording.layers):
                layers.lay(atlas, look, layer, ground, shift, seed + 17 * k)
        return look

    def _from_picture(self) -> Look:
        assert self.picture is not None
        atlas = self.atlas
        rgb, alpha = self.picture
        if self.is_tile or float((alpha > 0.5).mean()) > 0.97:
            self.source, self.confidence = "swatch", min(self.confidence, 0.9)
            self.notes.append("The picture is one pattern all over, so it is used as a material.")
            return swatch.cover(atlas, swatch.tile_of(rgb, alpha), self.request.seed)
        view = reference.find_view(atlas.vertices, atlas.faces, alpha)
        if view.score >= reference.FITS:
            self.source, self.confidence = "projection", view.score
            self.facts["view"] = {
                "azimuth": view.azimuth,
                "elevation": view.elevation,
                "fit": round(view.score, 3),
            }
            color = reference.project(atlas, rgb, alpha, view, self.request.seed)
            count = len(color)
            return Look(
                color,
                np.full(count, 0.6, np.float32),
                np.zeros(count, np.float32),
                np.zeros(count, np.float32),
            )
        self.source, self.confidence = "swatch", min(self.confidence, 0.5)
        self.notes.append("The picture's outline fits no view of the mesh, so it is used as a material.")
        return swatch.cover(atlas, swatch.tile_of(rgb, alpha), self.request.seed)
