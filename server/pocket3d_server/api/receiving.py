"""Uploaded files go straight to the disk of the data folder, counted, hashed and limited as they arrive."""

from __future__ import annotations

import hashlib
import unicodedata
from pathlib import Path, PureWindowsPath
from typing import IO, Any

from flask import Flask, Request, g
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

from pocket3d_server.api import json_body
from pocket3d_server.api.context import UPLOAD_PATH, caller, services
from pocket3d_server.errors import ErrorCode, Refusal
from pocket3d_server.jobs.files import TEMPORARY, UPLOADS, new_stem
from pocket3d_server.jobs.quota import UploadRoom
from pocket3d_server.jobs.tables import StoredFile

MB = 1024 * 1024
LONGEST_NAME = 200
HOW_TO_UPLOAD = "Send multipart/form-data whose parts 'files' bear a filename, e.g. curl -F files=@car.glb."


def file_name(sent: str) -> str:
    """A file's name as its sender gave it, without folders (of any system) and control characters; ``file`` if
    nothing is left."""
    visible = "".join(char for char in sent if not unicodedata.category(char).startswith("C"))
    name = PureWindowsPath(visible).name[:LONGEST_NAME]
    return name if name.strip(". ") else "file"


class ReceivedFile:
    """A file that is being uploaded; Werkzeug's form parser writes it."""

    def __init__(self, path: Path, name: str, limit: int, room: UploadRoom) -> None:
        self.path = path
        self.name = name
        self.size = 0
        self._limit = limit
        self._room = room
        self._hash = hashlib.sha256()
        self._file = path.open("w+b")

    def write(self, data: bytes) -> int:
        """Append. Raises Refusal FILE_TOO_LARGE or STORAGE_FULL at the first byte that is too many."""
        self.size += len(data)
        if self.size > self._limit:
            raise Refusal(
                ErrorCode.FILE_TOO_LARGE,
                f"{self.name} is larger than {self._limit // MB} MB.",
                "Reduce the mesh or compress its textures.",
                limit=self._limit,
            )
        self._room.take(len(data))
        self._hash.update(data)
        return self._file.write(data)

    def keep(self) -> StoredFile:
        """Have it looked at, and give it its place in the storage under a name of ours; its row. Raises Refusal."""
        self._file.flush()
        found = services().inspector.inspect(self.path, self.name)
        self._file.close()
        path = f"{UPLOADS}/{'img' if found.kind == 'image' else 'mesh'}_{new_stem()}{found.suffix}"
        services().files.keep(self.path, path)
        return StoredFile(
            path=path,
            account_id=caller().account_id,
            kind=found.kind,
            media_type=found.media_type,
            size=self.size,
            sha256=self._hash.hexdigest(),
            original_name=self.name,
        )

    def discard(self) -> None:
        """Close it, and delete it unless it was kept."""
        try:
            self._file.close()  # may want to write what is left, on a full disk
        finally:
            self.path.unlink(missing_ok=True)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class UploadRequest(Request):
    """A request whose files are received as above, and whose JSON ``json_body`` reads."""

    _json: dict[str, Any] | None = None

    def get_json(self, force: bool = False, silent: bool = False, cache: bool = True) -> Any:
        """The body's object; None when it is no JSON. Raises Refusal."""
        if self._json is None and self.is_json:
            self._json = json_body.receive(self.stream)
        return self._json

    def make_form_data_parser(self) -> FormDataParser:
        """One that tells what is wrong with a form."""
        return _StrictParser(
            self._get_file_stream,
            self.max_form_memory_size,
            self.max_content_length,
            self.parameter_storage_class,
            silent=False,
            max_form_parts=self.max_form_parts,
        )

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.path != UPLOAD_PATH:
            raise Refusal(
                ErrorCode.INVALID_INPUT, "No files are taken here.", "Send files to POST /mesh/upload."
            )
        settings = services().settings
        received: list[ReceivedFile] = g.setdefault("received", [])
        if len(received) >= settings.max_files:
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"More than {settings.max_files} files were sent; at most {settings.max_files} are taken at once.",
                f"Send at most {settings.max_files} files in a request.",
            )
        if not received:
            g.room = services().quota.room(caller().account_id, self.content_length or 0)
        path = services().files.folder(TEMPORARY) / new_stem()
        name = file_name(filename or "")
        received.append(ReceivedFile(path, name, settings.max_file_bytes, g.room))
        return received[-1]  # type: ignore[return-value]


class _StrictParser(FormDataParser):
    """Says what Werkzeug's parser would pass over or tell in a few words."""

    def parse(self, stream: IO[bytes], mimetype: str, *args: Any, **options: Any) -> Any:
        """Form and files of a body. Raises Refusal INVALID_INPUT or FILE_TOO_LARGE."""
        if mimetype == "application/x-www-form-urlencoded":  # would be read into memory as a whole
            raise Refusal(ErrorCode.INVALID_INPUT, "The body is a web form without files.", HOW_TO_UPLOAD)
        try:
            stream, form, files = super().parse(stream, mimetype, *args, **options)
        except RequestEntityTooLarge as error:
            raise Refusal(
                ErrorCode.FILE_TOO_LARGE,
                "The form has too many parts, or a large part without a file name.",
                HOW_TO_UPLOAD,
            ) from error
        except UnicodeDecodeError as error:
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                "The name of a file or part is not UTF-8.",
                "Rename the file, or use an HTTP library that sends names as UTF-8.",
            ) from error
        except ValueError as error:
            raise Refusal(
                ErrorCode.INVALID_INPUT,
                f"The multipart body is broken or ends too early ({str(error).rstrip('.')}).",
                "Send it again with the right Content-Length and boundary; HTTP libraries set both.",
            ) from error
        if form and not any(file.filename for file in files.values()):
            raise Refusal(
                ErrorCode.INVALID_INPUT, "The parts of the request bear no file names.", HOW_TO_UPLOAD
            )
        return stream, form, files


def install(app: Flask) -> None:
    """Receive the files of every request to ``app`` in this way."""
    app.request_class = UploadRequest
    app.teardown_request(_discard_received)


def _discard_received(_: BaseException | None) -> None:
    for received in g.get("received", []):
        received.discard()
