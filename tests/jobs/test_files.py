"""Where files lie: the same rules for the data folder and for a bucket."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import IO

import pytest
from pocket3d_server.jobs.files import FileStore
from pocket3d_server.storage import Bucket, Folder, Storage, StorageError


@pytest.fixture(params=["folder", "file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """The data folder, another folder as a bucket, and a bucket in memory: fsspec, but no file system."""
    if request.param == "folder":
        return Folder(tmp_path / "data")
    if request.param == "file":
        return Bucket((tmp_path / "bucket").as_uri())
    return Bucket(f"memory://{tmp_path.name}")


def written(tmp_path: Path, data: bytes) -> Path:
    path = tmp_path / "made"
    path.write_bytes(data)
    return path


def test_a_file_goes_in_comes_out_and_goes(storage: Storage, tmp_path: Path) -> None:
    made = written(tmp_path, b"0123456789")
    storage.put(made, "outputs/mesh_1.glb")
    assert not made.exists()
    assert storage.exists("outputs/mesh_1.glb")
    with storage.open("outputs/mesh_1.glb") as file:
        file.seek(4)
        assert file.read(3) == b"456"
    storage.fetch("outputs/mesh_1.glb", tmp_path / "here")
    assert (tmp_path / "here").read_bytes() == b"0123456789"
    storage.delete("outputs/mesh_1.glb")
    storage.delete("outputs/mesh_1.glb")
    assert not storage.exists("outputs/mesh_1.glb")
    for read in (
        lambda: storage.open("outputs/mesh_1.glb"),
        lambda: storage.fetch("uploads/x", tmp_path / "x"),
    ):
        with pytest.raises(FileNotFoundError):
            read()


def test_listings_are_whole_and_fresh(storage: Storage, tmp_path: Path) -> None:
    assert list(storage.entries("uploads")) == []
    begun = time.time() - 2
    for path in ("uploads/a.png", "inputs/job_1/image_0.png", "inputs/job_1/image_1.png"):
        storage.put(written(tmp_path, b"x"), path)
    assert [entry.path for entry in storage.entries("uploads")] == ["uploads/a.png"]
    assert all(begun < entry.modified < time.time() + 2 for entry in storage.entries("uploads"))
    storage.delete("inputs/job_1")
    assert list(storage.entries("inputs")) == []


def test_nothing_outside_is_touched(storage: Storage, tmp_path: Path) -> None:
    for path in ("../secret", "uploads/../../secret", "/etc/passwd"):
        with pytest.raises(ValueError, match="outside"):
            storage.exists(path)


def test_a_bucket_whose_driver_is_not_installed_says_which_extra_to_install() -> None:
    with pytest.raises(StorageError, match="nothing://"):
        Bucket("nothing://bucket")


def store(tmp_path: Path, storage: Storage) -> FileStore:
    return FileStore(tmp_path / "data", None if isinstance(storage, Folder) else storage)


def test_a_sweep_removes_what_belongs_to_nothing_and_spares_the_rest(
    storage: Storage, tmp_path: Path
) -> None:
    files = store(tmp_path, storage)
    for path in ("uploads/kept.glb", "uploads/orphan.glb", "outputs/orphan.glb"):
        storage.put(written(tmp_path, b"x"), path)
    files.add_input("job_waiting", "image_0.png", b"x")
    files.add_input("job_done", "image_0.png", b"x")
    assert files.sweep({"uploads/kept.glb"}, {"job_waiting"}, min_age=3600) == 0
    assert files.sweep({"uploads/kept.glb"}, {"job_waiting"}, min_age=-5) == 3
    left = {entry.path for folder in ("uploads", "outputs", "inputs") for entry in storage.entries(folder)}
    assert left == {"uploads/kept.glb", "inputs/job_waiting/image_0.png"}


def test_interrupted_uploads_and_attempts_are_swept_by_age(tmp_path: Path) -> None:
    files = FileStore(tmp_path)
    old, new = files.folder("tmp") / "old", files.folder("tmp") / "new"
    fetched = files.folder("tmp") / "attempt" / "mesh.glb"
    fetched.parent.mkdir()
    for path in (old, new, fetched):
        path.write_bytes(b"half")
    for path in (old, fetched):
        os.utime(path, (time.time() - 7200,) * 2)
    assert files.sweep_local(min_age=3600) == 2
    assert list(files.folder("tmp").iterdir()) == [new]


def test_a_copy_into_a_bucket_that_fails_leaves_nothing_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = Bucket((tmp_path / "bucket").as_uri())

    def half(file: object, target: IO[bytes], _: int) -> None:
        target.write(b"ha")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pocket3d_server.storage.shutil.copyfileobj", half)
    made = written(tmp_path, b"half")
    with pytest.raises(OSError, match="No space"):
        bucket.put(made, "outputs/a.glb")
    assert made.exists()
    assert not bucket.exists("outputs/a.glb")
