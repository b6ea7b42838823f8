"""How a file may end: accepted, or refused with a reason and a suggestion. Everything else is a fault of ours."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pocket3d_server.geometry.gltf_write import glb_bytes
from pocket3d_server.geometry.images import decode
from pocket3d_server.geometry.limits import MAX_PIXELS, BadFileError
from pocket3d_server.geometry.read import read_asset
from pocket3d_server.geometry.recognise import recognise
from pocket3d_server.models.engine import EngineError
from pocket3d_server.models.pictures.picture import read_picture

SENTENCE = 400
WRITTEN_UP_TO = 200_000


def check(path: Path) -> str:
    """``accepted`` or ``refused``. The path's suffix says which parser; whatever else is raised is a fault."""
    looked = _recognised(path)
    if path.suffix == ".image":
        read = all([_ends(lambda: read_picture(path)), _ends(lambda: decode(path))])
    else:
        read = _ends(lambda: _read(path))
    assert looked or not read or path.suffix != ".image", "an image that was refused can be read"
    return "accepted" if read else "refused"


def _read(path: Path) -> None:
    asset = read_asset(path)
    if asset.face_count <= WRITTEN_UP_TO:
        glb_bytes(asset)  # what is taken in must be fit to go out


def _recognised(path: Path) -> bool:
    return _ends(lambda: recognise(path, MAX_PIXELS))


def _ends(work: Callable[[], object]) -> bool:
    """Whether it ends well; False when the file is refused as it should be."""
    try:
        work()
        return True
    except (BadFileError, EngineError) as error:
        reason, suggestion = str(error), error.suggestion
    assert 3 < len(reason) < SENTENCE, f"no reason: {reason}"
    assert suggestion.endswith("."), f"no suggestion for: {reason}"
    return False
