"""The released files: the published checkpoints as safetensors, so that the state of their training need not come along."""

from __future__ import annotations

from pocket3d_server.models.weights import WeightFile

REPOSITORY = "apozz/UniRig-safetensors"
"""A conversion of VAST-AI/UniRig, under the same licence. Its sizes are those that the networks' shapes ask for."""
REVISION = "main"

SKELETON = WeightFile(REPOSITORY, REVISION, "skeleton.safetensors", 1_440_598_432, "", stated=True)
SKIN = WeightFile(REPOSITORY, REVISION, "skin.safetensors", 1_458_123_556, "", stated=True)
