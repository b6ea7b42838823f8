"""Python client of the Pocket3D API: meshes, textures, parts and rigs from a few lines.

>>> from pocket3d import Pocket3DClient
>>> client = Pocket3DClient(api_key="your_api_key")
>>> job = client.mesh.generate_from_text(prompt="A red sports car", quality="high")
>>> result = client.wait_for_completion(job.job_id)
>>> client.download(job, "car.glb")
"""

from ._version import __version__
from .client import Pocket3DClient
from .errors import JobFailedError, Pocket3DAPIError, Pocket3DConnectionError, Pocket3DTimeoutError
from .types import (
    Bone,
    Health,
    Job,
    JobEvent,
    JobPage,
    MeshResult,
    Metrics,
    Model,
    RateLimit,
    RigResult,
    SegmentPart,
    SegmentResult,
    Workers,
)

__all__ = [
    "Bone",
    "Health",
    "Job",
    "JobEvent",
    "JobFailedError",
    "JobPage",
    "MeshResult",
    "Metrics",
    "Model",
    "Pocket3DAPIError",
    "Pocket3DClient",
    "Pocket3DConnectionError",
    "Pocket3DTimeoutError",
    "RateLimit",
    "RigResult",
    "SegmentPart",
    "SegmentResult",
    "Workers",
    "__version__",
]
