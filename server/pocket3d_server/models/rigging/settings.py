"""What a person may set for any rig beyond the API's own fields. Importing this is cheap."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

BoneNames = Literal["pocket3d", "rigify", "mixamo"]


class RigParameters(BaseModel):
    """Shared by all models that rig."""

    model_config = ConfigDict(extra="forbid")
    bone_names: BoneNames = Field(
        "pocket3d",
        title="Bone names",
        description="Whose names the bones get: our own, which end in .L and .R, those of Rigify's deforming bones, or "
        "those of Mixamo, which people only have.",
    )
