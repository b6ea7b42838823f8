"""What a user of the Python client does, in one go; ``test_oldest.py`` runs it under the oldest Python that it promises.

Only the standard library and the client: nothing else of the tests need know that Python.
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pocket3d import JobFailedError, Pocket3DAPIError, Pocket3DClient, verify_webhook

E = TypeVar("E", bound=Pocket3DAPIError)


def main(folder: Path) -> None:
    """Everything against the server that the environment names; files come into the folder."""
    with Pocket3DClient() as client:
        job = a_mesh(client, folder / "cube.glb")
        its_parts_and_bones(client, job, folder / "cube.glb")
        what_goes_wrong(client)
    a_webhook()
    print(json.dumps({"python": list(sys.version_info[:2]), "job_id": job}))


def a_mesh(client: Pocket3DClient, path: Path) -> str:
    """Submitted, followed, downloaded."""
    pace = {"seconds": 0.15}
    job = client.mesh.generate_from_text("a cube", model_preference="test_steps", parameters=pace)
    events, received = [], []
    result = client.wait_for_completion(job, 60, on_progress=events.append)
    assert [events[0].event, events[-1].event] == ["job_queued", "job_completed"], events
    assert "progress_update" in {event.event for event in events}
    client.download(job, path, lambda done, total: received.append((done, total)))
    assert received[-1] == (result.file_size, result.file_size) == (path.stat().st_size,) * 2
    assert job.job_id in {listed.job_id for listed in client.jobs.iterate(status="completed")}
    return job.job_id


def its_parts_and_bones(client: Pocket3DClient, job_id: str, path: Path) -> None:
    """Two at once: of the job itself, and of its file, sent with progress."""
    sent = []
    (name,) = client.mesh.upload(path, lambda done, total: sent.append((done, total)))
    assert sent[-1][0] == sent[-1][1] > path.stat().st_size
    parts = client.future(client.segment.analyze(f"job:{job_id}", model_preference="test_halves"), 60)
    rig = client.future(client.rig.generate(name, model_preference="test_bones"), 60)
    assert [part.part_id for part in parts.result().parts] == ["head", "body"]
    assert [bone.name for bone in rig.result().bones] == ["Root", "Spine"]


def what_goes_wrong(client: Pocket3DClient) -> None:
    """A refusal, and a job that fails."""
    refused = raised(Pocket3DAPIError, lambda: client.mesh.generate_from_text(" "))
    assert refused.error_code == "INVALID_INPUT"
    assert refused.request_id
    job = client.mesh.generate_from_text("a cube", model_preference="test_refuses")
    assert raised(JobFailedError, lambda: client.wait_for_completion(job, 60)).job_id == job.job_id


def raised(kind: type[E], call: Callable[[], object]) -> E:
    """The error that the call ends with."""
    try:
        call()
    except kind as error:
        return error
    raise AssertionError(f"no {kind.__name__}")


def a_webhook() -> None:
    """Signed as the standard says; believed, and not when a letter is another."""
    key, stamp = b"24 bytes that nobody knows", str(int(time.time()))
    secret = "whsec_" + base64.b64encode(key).decode()
    body = json.dumps({"event": "job_completed", "job_id": "job_1", "data": {"feature": "auto_rigging"}})
    digest = hmac.new(key, f"msg_1.{stamp}.{body}".encode(), hashlib.sha256).digest()
    headers = {
        "webhook-id": "msg_1",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(digest).decode(),
    }
    assert verify_webhook(body, headers, secret).job_id == "job_1"
    forged = raised(Pocket3DAPIError, lambda: verify_webhook(body.replace("1", "2"), headers, secret))
    assert forged.error_code == "INVALID_SIGNATURE"


if __name__ == "__main__":
    main(Path(sys.argv[1]))
