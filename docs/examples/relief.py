"""An engine of one's own: the brightness of a picture becomes the height of a plate."""

import numpy as np
from PIL import Image
from pocket3d_server.geometry.asset import Asset, Material, Part, Primitive
from pocket3d_server.models.engine import Engine, EngineError, EngineResult, Feature, ModelSpec
from pydantic import BaseModel, Field


class ReliefParameters(BaseModel):
    """Settings beyond the API's; clients and Blender's panel show them by this schema."""

    height: float = Field(0.1, gt=0, le=1, description="Height of white over black, in metres.")


class Relief(Engine):
    """``spec`` is all that the server needs to know; it is read without loading anything."""

    spec = ModelSpec(
        model_id="relief",
        feature=Feature.MESH_GENERATION,
        description="A plate with the picture's brightness as its relief",
        inputs=("image",),
        outputs=("glb", "obj"),
        licence="Apache-2.0",
        estimated_seconds=2,
        parameters=ReliefParameters,
    )

    def run(self, request, progress):
        """One job, in a process of its own. What the caller can mend is an EngineError."""
        if not request.images:
            raise EngineError("no picture was sent", code="INVALID_INPUT", suggestion="Send one in images.")
        settings = ReliefParameters.model_validate(request.parameters)
        progress(0.1, "reading_picture")
        side = {"low": 64, "medium": 128, "high": 256}[request.quality]
        grey = np.asarray(Image.open(request.images[0]).convert("L").resize((side, side))) / 255
        progress(0.5, "raising_relief")
        x, z = np.meshgrid(np.linspace(-0.5, 0.5, side), np.linspace(-0.5, 0.5, side))
        vertices = np.stack([x, settings.height * grey, z], axis=-1).reshape(-1, 3)
        corner = (np.arange(side - 1)[:, None] * side + np.arange(side - 1)).reshape(-1, 1)
        quads = corner + [0, side, side + 1, 1]
        faces = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
        plate = Part("plate", [Primitive(vertices, faces, Material.from_srgb("plaster", (0.9, 0.88, 0.84)))])
        return EngineResult(Asset([plate]), source="relief", confidence=1.0)
