"""The client: one object, one attribute for each chapter of the API."""

from __future__ import annotations

import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

from ._version import __version__
from .features import MeshResource, RigResource, SegmentResource, TextureResource
from .resources import (
    AccountResource,
    FilesResource,
    JobsResource,
    ModelsResource,
    SystemResource,
    WebhooksResource,
)
from .transport import DownloadProgress, Transport
from .types import Job, MeshResult, RateLimit, job_id_of
from .waiting import JobWaiter, OnProgress

DEFAULT_BASE_URL = "https://api.pocket3d.studio/api/v1"
WAITING = 32
"""Futures of a client that wait at the same time; further ones begin when one of them has ended."""


class Pocket3DClient:
    """Talks to a Pocket3D server.

    ``api_key`` and ``base_url`` default to the environment's POCKET3D_API_KEY and POCKET3D_BASE_URL, the
    address then to the public API. An empty ``api_key`` means none, whatever the environment has. An address
    without a path gets ``/api/v1``. ``timeout`` is the number of seconds one answer may take. Every submit
    carries an idempotency key, so passing failures are retried without starting a job twice.
    """

    def __init__(
        self,
        api_key: str | None = None,
        base_url: str | None = None,
        *,
        timeout: float = 60.0,
        retries: int = 4,
        user_agent: str = f"pocket3d-python/{__version__}",
    ) -> None:
        self._transport = Transport(
            base_url or os.environ.get("POCKET3D_BASE_URL") or DEFAULT_BASE_URL,
            os.environ.get("POCKET3D_API_KEY") if api_key is None else api_key,
            timeout=timeout,
            retries=retries,
            user_agent=user_agent,
        )
        self._waiting: ThreadPoolExecutor | None = None
        self.mesh = MeshResource(self._transport)
        self.texture = TextureResource(self._transport)
        self.segment = SegmentResource(self._transport)
        self.rig = RigResource(self._transport)
        self.jobs = JobsResource(self._transport)
        self.files = FilesResource(self._transport)
        self.models = ModelsResource(self._transport)
        self.webhooks = WebhooksResource(self._transport)
        self.account = AccountResource(self._transport)
        self.system = SystemResource(self._transport)

    @property
    def base_url(self) -> str:
        """Where requests go, ``/api/v1`` included."""
        return self._transport.base_url

    @property
    def rate_limit(self) -> RateLimit | None:
        """The quota as the last answer gave it."""
        return self._transport.rate_limit

    def wait_for_completion(
        self,
        job: str | Job,
        timeout: float | None = None,
        *,
        on_progress: OnProgress | None = None,
        poll_interval: float = 1.0,
    ) -> MeshResult:
        """Block until a job ends and return its result.

        ``on_progress`` is called with every JobEvent. Raises JobFailedError when the job fails or is
        cancelled, and Pocket3DTimeoutError after ``timeout`` seconds (the job goes on).
        """
        return JobWaiter(self._transport, job_id_of(job), timeout, poll_interval).wait(on_progress)

    def future(
        self, job: str | Job, timeout: float | None = None, *, on_progress: OnProgress | None = None
    ) -> Future[MeshResult]:
        """The result of a job as a ``concurrent.futures.Future``; a thread waits for it as ``wait_for_completion`` does.

        Examples:
            >>> jobs = [client.mesh.generate_from_text(prompt) for prompt in ("a chair", "a table", "a lamp")]
            >>> for future in concurrent.futures.as_completed(map(client.future, jobs)):
            ...     print(future.result().file_path)
        """
        if self._waiting is None:
            self._waiting = ThreadPoolExecutor(WAITING, "pocket3d-waiting")
        return self._waiting.submit(self.wait_for_completion, job, timeout, on_progress=on_progress)

    def download(self, job: str | Job, to: str | Path, on_progress: DownloadProgress | None = None) -> Path:
        """Stream the result of a finished job of any feature to a file, and return its path.

        A cut connection is resumed; the file appears under its name only when it is whole. An OBJ
        comes as a zip with its .mtl and textures, so name such a file ``….zip``.
        """
        return self._transport.download(f"/mesh/download/{job_id_of(job)}", Path(to), on_progress)

    def close(self) -> None:
        """Close the connections of this thread. Futures that have not begun to wait are cancelled."""
        if self._waiting is not None:
            self._waiting.shutdown(wait=False, cancel_futures=True)
        self._transport.close()

    def __enter__(self) -> Pocket3DClient:
        """Use as a context manager."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()
