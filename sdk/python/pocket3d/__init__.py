"""Python client of the Pocket3D API: meshes, textures, parts and rigs from a few lines.

>>> from pocket3d import Pocket3DClient
>>> client = Pocket3DClient(api_key="your_api_key")
>>> job = client.mesh.generate_from_text(prompt="A red sports car", quality="high")
>>> result = client.wait_for_completion(job.job_id)
>>> client.download(job, "car.glb")
"""

from ._version import API_VERSION, __version__
from .client import Pocket3DClient
from .errors import JobFailedError, Pocket3DAPIError, Pocket3DConnectionError, Pocket3DTimeoutError
from .types import (
    Account,
    Bone,
    CreditEntry,
    Health,
    Job,
    JobEvent,
    JobPage,
    LicenceTerms,
    MeshResult,
    Metrics,
    Model,
    ModelWeights,
    RateLimit,
    RigResult,
    SegmentPart,
    SegmentResult,
    StoredFile,
    Webhook,
    WebhookEvent,
    Workers,
)
from .webhooks import verify_webhook

__all__ = [
    "API_VERSION",
    "Account",
    "Bone",
    "CreditEntry",
    "Health",
    "Job",
    "JobEvent",
    "JobFailedError",
    "JobPage",
    "LicenceTerms",
    "MeshResult",
    "Metrics",
    "Model",
    "ModelWeights",
    "Pocket3DAPIError",
    "Pocket3DClient",
    "Pocket3DConnectionError",
    "Pocket3DTimeoutError",
    "RateLimit",
    "RigResult",
    "SegmentPart",
    "SegmentResult",
    "StoredFile",
    "Webhook",
    "WebhookEvent",
    "Workers",
    "__version__",
    "verify_webhook",
]
