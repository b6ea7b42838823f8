"""The main program of an inspector process: looks at one file after another, none of which it trusts.

``python -m pocket3d_server.runners.inspector_child memory_bytes time_limit idle_seconds``

Up and down its pipes go lines of JSON: ``{"path", "max_pixels", "image_only"}`` down, ``{"found": {…}}`` or
``{"refused": [reason, suggestion]}`` up. It ends when stdin does, and by itself when nobody asks for long.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import signal
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pocket3d_server.geometry.limits import BadFileError
from pocket3d_server.geometry.recognise import recognise

TOO_MUCH = ("needs too much memory to be checked", "Reduce it, and send it again.")
UNCHECKED = ("could not be checked: it is damaged in an unusual way", "Save or export it again.")


def main(memory_bytes: int, time_limit: float, idle_seconds: float) -> None:
    """Answer until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which then closes our stdin
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory(memory_bytes)
    while True:
        idle = threading.Timer(idle_seconds, os._exit, [0])
        idle.daemon = True
        idle.start()
        line = sys.stdin.buffer.readline()
        idle.cancel()
        if not line:
            return
        # The server kills us at the time limit; this is for when the server is gone.
        faulthandler.dump_traceback_later(time_limit + 10, exit=True)
        answer = look(json.loads(line))
        faulthandler.cancel_dump_traceback_later()
        answers.write(json.dumps(answer).encode() + b"\n")
        answers.flush()


def look(request: dict[str, Any]) -> dict[str, Any]:
    """The answer about one file."""
    try:
        found = recognise(Path(request["path"]), request["max_pixels"], request["image_only"])
        return {"found": asdict(found)}
    except BadFileError as error:
        return {"refused": [str(error), error.suggestion]}
    except MemoryError:
        return {"refused": TOO_MUCH}
    except Exception:  # a fault of ours, but it is the file that brought it out
        import traceback

        traceback.print_exc()
        return {"refused": UNCHECKED}


def _limit_memory(memory_bytes: int) -> None:
    """Where the system can; elsewhere the server watches."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]))
