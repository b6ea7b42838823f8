"""The main program of a runner process: one model, loaded once, one attempt after another.

``python -m pocket3d_server.runners.child module:Class device time_limit``

Its stdin and stdout are the server's (see ``protocol``); whatever an engine prints goes to stderr. When
stdin ends the server is gone, killed perhaps, and this process ends at once with all that it started.
"""

from __future__ import annotations

import faulthandler
import logging
import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable
from typing import BinaryIO

from pocket3d_server import logs
from pocket3d_server.errors import ErrorCode
from pocket3d_server.models.engine import REQUESTS, Engine, EngineError, EngineRequest
from pocket3d_server.models.weights import Weights
from pocket3d_server.runners import protocol
from pocket3d_server.runners.base import Attempt, Died, Done, Failed, ProgressReport, Report
from pocket3d_server.runners.catalog import load_engine
from pocket3d_server.runners.staging import staged, store
from pocket3d_server.storage import StorageError, no_room

log = logging.getLogger("pocket3d.runner")

MIN_PROGRESS_INTERVAL_S = 0.2
ENGINE_SHARE = 0.95
"""The engine's own progress fills this much of the bar; writing and checking the file fills the rest."""
GRACE_S = 60.0


def main(engine_path: str, device: str, time_limit: float) -> None:
    """Serve attempts until stdin ends."""
    logs.configure("pipe", "INFO")
    faulthandler.enable()  # a crash in a library writes where it was into the server's log
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which then closes our stdin
    upward = protocol.take_stdout()
    attempts: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
    threading.Thread(target=_read_attempts, args=(sys.stdin.buffer, attempts), daemon=True).start()

    def send(line: bytes) -> None:
        upward.write(line)
        upward.flush()

    send(protocol.encode_ready())
    engine: Engine | None = None
    while True:
        attempt = attempts.get()
        # The server kills us at the time limit. Should it be gone while a C call blocks the thread that
        # watches stdin, this ends the process all the same.
        faulthandler.dump_traceback_later(time_limit + GRACE_S, exit=True)
        if engine is None:
            try:
                engine = load_engine(engine_path)()
                engine.weights = Weights.of_runner()
                engine.load(device)
            except Exception as error:
                log.exception("model %s could not be loaded", attempt.model_id)
                send(protocol.encode_report(_not_loaded(attempt, error)))
                return  # the next attempt gets a fresh process
            send(protocol.encode_loaded())
        send(protocol.encode_report(work(engine, attempt, ProgressSender(attempt.key, send))))
        faulthandler.cancel_dump_traceback_later()


def _not_loaded(attempt: Attempt, error: Exception) -> Report:
    """An engine that knows why is believed; else the memory or a file may be there the next time."""
    code = ErrorCode.MODEL_UNAVAILABLE
    message = f"The model could not be loaded: {error}"
    if isinstance(error, EngineError):
        return Failed(attempt.key, code, message, error.suggestion)
    return Died(attempt.key, message, "Choose another model, or try again later.", code, loading=True)


class ProgressSender:
    """Passes an engine's progress on: never falling, never flooding, and a new stage always at once."""

    def __init__(self, key: str, send: Callable[[bytes], None]) -> None:
        self._key, self._send = key, send
        self._fraction, self._stage, self._sent_at = 0.0, "", 0.0

    def __call__(self, fraction: float, stage: str) -> None:
        """The engine's callback (``models.engine.Progress``)."""
        self._report(ENGINE_SHARE * min(1.0, max(0.0, float(fraction))), stage)

    def before_engine(self, stage: str) -> None:
        """A stage of getting ready."""
        self._report(0.0, stage)

    def after_engine(self, stage: str) -> None:
        """A stage of delivery."""
        self._report(max(self._fraction, ENGINE_SHARE), stage)

    def _report(self, fraction: float, stage: str) -> None:
        now = time.monotonic()
        self._fraction = max(self._fraction, fraction)
        if stage == self._stage and now - self._sent_at < MIN_PROGRESS_INTERVAL_S:
            return
        self._stage, self._sent_at = stage, now
        self._send(protocol.encode_report(ProgressReport(self._key, round(self._fraction, 4), stage)))


def work(engine: Engine, attempt: Attempt, progress: ProgressSender) -> Report:
    """One run with delivery; every exception becomes a Failed."""
    # Heavy: numpy, Pillow, readers.
    from pocket3d_server.runners.deliver import ResultError, deliver
    from pocket3d_server.runners.mesh_work import mesh_finished, mesh_prepared

    try:
        with staged(attempt, progress.before_engine) as here:
            request = REQUESTS[engine.spec.feature].model_validate(here.request)
            _check_files(request)
            with mesh_prepared(request, progress.before_engine) as notes:
                made = engine.run(request, progress)
            made.notes = [*notes, *made.notes]
            mesh_finished(request, made, progress.after_engine)
            result, files = deliver(here, engine.spec, request, made, progress.after_engine)
        store(attempt, files, progress.after_engine)
        return Done(attempt.key, result, files)
    except StorageError as error:
        log.error("job %s: %s", attempt.job_id, error)
        return Died(
            attempt.key, "The file storage cannot be reached.", "Submit it again later, or tell the operator."
        )
    except EngineError as error:
        return Failed(attempt.key, ErrorCode(error.code), str(error), error.suggestion)
    except ResultError as error:
        log.error("job %s: %s", attempt.job_id, error)
        return Failed(
            attempt.key,
            ErrorCode.PROCESSING_FAILED,
            f"Processing failed: {error}.",
            "Try another seed or model.",
        )
    except OSError as error:
        log.exception("job %s failed", attempt.job_id)
        if not no_room(error):
            return _failed(attempt, error)
        return Died(
            attempt.key,
            "Processing failed: the server's disk is full.",
            "Delete files and jobs that are not needed any more, then submit it again.",
            ErrorCode.STORAGE_FULL,
        )
    except MemoryError:
        log.exception("job %s ran out of memory", attempt.job_id)
        return Failed(
            attempt.key,
            ErrorCode.OUT_OF_MEMORY,
            "Processing failed: insufficient memory",
            "Lower the quality or texture_resolution, send a smaller mesh, or choose another model.",
        )
    except Exception as error:
        log.exception("job %s failed", attempt.job_id)
        if _is_gpu_memory(error):
            return Failed(
                attempt.key,
                ErrorCode.OUT_OF_MEMORY,
                "Processing failed: insufficient GPU memory",
                "Lower the quality or texture_resolution, or choose a smaller model.",
            )
        return _failed(attempt, error)


def _is_gpu_memory(error: Exception) -> bool:
    """torch's own error, known by its name because torch need not be there, or a driver's in words."""
    named = type(error).__name__ == "OutOfMemoryError"
    return named or (isinstance(error, RuntimeError) and "out of memory" in str(error).lower())


def _failed(attempt: Attempt, error: Exception) -> Failed:
    return Failed(
        attempt.key,
        ErrorCode.PROCESSING_FAILED,
        f"Processing failed: {type(error).__name__}: {error}",
        "Try other parameters; the server's log says more.",
    )


def _check_files(request: EngineRequest) -> None:
    """A job may wait long; its uploads can be gone by now."""
    paths = [getattr(request, "mesh", None), *getattr(request, "images", [])]
    for path in paths:
        if path is not None and not path.exists():
            raise EngineError(
                f"The file {path.name} that the job needs has been deleted.",
                code="INVALID_INPUT",
                suggestion="Upload it and submit the job again.",
            )


def _read_attempts(stdin: BinaryIO, attempts: queue.SimpleQueue[Attempt]) -> None:
    for line in stdin:
        attempts.put(protocol.decode_attempt(line))
    _die()


def _die() -> None:
    if hasattr(os, "killpg"):  # we lead a process group of our own: take what engines started along
        os.killpg(0, signal.SIGKILL)
    else:
        import psutil

        for process in psutil.Process().children(recursive=True):
            process.kill()
    os._exit(1)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
