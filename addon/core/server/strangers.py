"""Gives a name to whatever answers at an address where a Pocket3D server was expected."""

from __future__ import annotations

import json
import re
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..later import requests
from .profiles import on_this_machine

LIMIT = 128 * 1024
"""Bytes of an answer that are read; a title stands at the beginning."""
PATIENCE = 4.0

TEXTS: tuple[tuple[str, str], ...] = (
    (r"<title>\s*ComfyUI", "ComfyUI"),
    (r"Ollama is running", "Ollama"),
    (r"Unexpected endpoint or method", "LM Studio"),
    (r"<title>[^<]*InvokeAI|Invoke - Community Edition", "InvokeAI"),
    (r"<title>\s*Stable Diffusion", "Stable Diffusion web UI"),
    (r"<title>[^<]*Hunyuan3D", "the Hunyuan3D web page (Gradio)"),
    (r"<title>[^<]*TRELLIS", "the TRELLIS web page (Gradio)"),
    (r"<title>[^<]*Jupyter|jupyter-config-data", "Jupyter"),
    (r"Welcome to nginx", "the start page of nginx"),
    (r"Apache2? .{0,20}Default Page|<h1>It works!</h1>", "the start page of Apache"),
    (r"<title>\s*IIS Windows", "the start page of Microsoft IIS"),
    (r"<title>Directory listing for|<title>Index of /", "a file server"),
    (r"<title>[^<]*Open WebUI", "Open WebUI"),
    (r"<title>[^<]*(?:Sign in|Log ?in|Anmelden)", "a login page"),
)
"""What a page's text says; the first that is found counts, particular ones before general ones."""

SERVERS: tuple[tuple[str, str], ...] = (
    (r"TornadoServer", "Jupyter or another Tornado service"),
    (r"SimpleHTTP", "a Python file server"),
    (r"cloudflare", "Cloudflare"),
    (r"Microsoft-IIS", "Microsoft IIS"),
    (r"Caddy", "the web server Caddy"),
    (r"nginx", "the web server nginx"),
    (r"Apache", "the web server Apache"),
    (r"uvicorn|hypercorn", "a Python web service"),
    (r"Werkzeug|gunicorn|waitress|CherryPy|Cheroot", "a Python web service"),
    (r"Kestrel", "a .NET web service"),
    (r"CUPS", "the printing system CUPS"),
    (r"AirTunes", "AirPlay (macOS uses this port)"),
)
"""What the header ``Server`` says, when the text said nothing."""


class Stranger(NamedTuple):
    """What was found. ``name`` is empty when nothing could be learnt."""

    name: str = ""
    pocket3d_at: str = ""
    """The address at which Pocket3D does answer, when only the path was wrong."""
    moved_to: str = ""
    """Where the address redirects to."""


def identify(url: str) -> Stranger:
    """Ask the address a few questions without credentials; takes seconds at most, and never raises."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}"
    first = _get(root + (parts.path or "/"))
    moved = _moved(root, first)
    if moved:
        return Stranger(name_of(first), moved_to=moved)
    home = _get(root + "/") if parts.path not in {"", "/"} else first
    found = home.json if home else None
    if isinstance(found, dict) and found.get("product") == "pocket3d":
        return Stranger("Pocket3D", pocket3d_at=root + str(found.get("base_path", "")))
    return Stranger(_by_questions(root) or name_of(home) or name_of(first))


class Answer(NamedTuple):
    """The beginning of an answer."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        """The text as JSON, None when it is none."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def _get(url: str) -> Answer | None:
    session = requests.Session()
    session.trust_env = not on_this_machine(url)
    try:
        with session.get(url, timeout=PATIENCE, stream=True, allow_redirects=False, verify=False) as response:
            content = next(response.iter_content(LIMIT), b"")
            return Answer(response.status_code, response.headers, content.decode("utf-8", "replace"))
    except (requests.RequestException, ValueError):
        return None
    finally:
        session.close()


def _moved(root: str, answer: Answer | None) -> str:
    """The other host or scheme that an answer redirects to."""
    if answer is None or answer.status not in {301, 302, 303, 307, 308}:
        return ""
    target = urlsplit(answer.headers.get("Location", ""))
    other = f"{target.scheme}://{target.netloc}"
    return other if target.netloc and other != root else ""


def _by_questions(root: str) -> str:
    """Programs that are known best by what only they answer."""
    stats = _get(f"{root}/system_stats")
    if stats and isinstance(stats.json, dict) and "comfyui_version" in stats.text:
        return "ComfyUI"
    description = _get(f"{root}/openapi.json")
    document = description.json if description else None
    if isinstance(document, dict) and isinstance(document.get("paths"), dict):
        return _by_description(document)
    return ""


def _by_description(document: dict[str, Any]) -> str:
    paths = document["paths"].keys()
    if {"/generate", "/send", "/status/{uid}"} <= set(paths):
        return "the Hunyuan3D-2 API server"
    if any(p.startswith("/sdapi/") for p in paths):
        return "Stable Diffusion web UI"
    info = document.get("info")
    title = str(info.get("title", "")) if isinstance(info, dict) else ""
    if title and title.lower() != "fastapi":
        return f"the program “{title[:60]}”"
    return ""


def name_of(answer: Answer | None) -> str:
    """A name from text, title and headers; empty when they say nothing."""
    import html  # on a worker thread, not when Blender starts

    if answer is None:
        return ""
    for pattern, name in TEXTS:
        if re.search(pattern, answer.text, re.IGNORECASE):
            return name
    title = re.search(r"<title>([^<]{1,200})</title>", answer.text, re.IGNORECASE)
    words = html.unescape(title[1]).strip() if title else ""
    if "gradio_config" in answer.text:
        return f"the Gradio app “{words[:60]}”" if words and words != "Gradio" else "a Gradio app"
    if words and answer.status < 400:
        return f"the web page “{words[:60]}”"
    server = answer.headers.get("Server", "")
    for pattern, name in SERVERS:
        if re.search(pattern, server, re.IGNORECASE):
            return name
    return f"the program “{server[:60]}”" if server else ""
