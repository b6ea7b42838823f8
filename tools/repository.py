"""A static extension repository: the zip, the list that Blender's updater reads, and a page for people.

Any web server or shared folder can hold it; its address in Blender ends in ``index.json``. The same zip gives
the same bytes.
"""

from __future__ import annotations

import hashlib
import html
import json
import shutil
import tomllib
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

FIELDS = (
    *("schema_version", "id", "name", "tagline", "version", "type", "maintainer", "license"),
    *(
        "blender_version_min",
        "blender_version_max",
        "website",
        "copyright",
        "permissions",
        "tags",
        "platforms",
    ),
)
"""What the list repeats of a manifest, in the order of Blender's own generator."""

PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{name} for Blender</title>
<style>
body {{ font: 17px/1.5 system-ui, sans-serif; max-width: 38rem; margin: 4rem auto; padding: 0 1rem; }}
code {{ background: #8882; padding: .1em .3em; border-radius: .2em; }}
</style>
<h1>{name} {version}</h1>
<p>{tagline}.</p>
<p>Drag this link into a window of Blender {oldest} or later: <a href="{link}">{name} {version}</a> ({size}).
It offers to add this repository; then Blender itself finds the updates.</p>
<p>Or by hand: <em>Edit › Preferences › Get Extensions › Repositories › + › Add Remote Repository</em>, with the
address of this page followed by <code>index.json</code>.</p>
<p>Licence: {licence}.</p>
</html>
"""


def write(zip_file: Path, folder: Path) -> Path:
    """Put the extension, the list with it and the page into ``folder``; returns the list's path."""
    folder.mkdir(parents=True, exist_ok=True)
    copy = folder / zip_file.name
    if zip_file.resolve() != copy.resolve():
        shutil.copyfile(zip_file, copy)
    entry = listing(copy)
    index = folder / "index.json"
    for path, text in (
        (folder / "index.html", page(entry)),
        (index, json.dumps({"version": "v1", "blocklist": [], "data": [entry]}, indent=2) + "\n"),
    ):
        partial = path.with_suffix(".part")
        partial.write_text(text, encoding="utf-8", newline="\n")
        partial.replace(path)
    return index


def listing(zip_file: Path) -> dict[str, Any]:
    """The entry of one zip: its manifest, and how to fetch and check it."""
    with zipfile.ZipFile(zip_file) as archive:
        manifest = tomllib.loads(archive.read("blender_manifest.toml").decode("utf-8"))
    content = zip_file.read_bytes()
    return {field: manifest[field] for field in FIELDS if field in manifest} | {
        "archive_url": f"./{quote(zip_file.name)}",
        "archive_size": len(content),
        "archive_hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
    }


def page(entry: dict[str, Any]) -> str:
    """A page with a link that Blender takes as a drop."""
    query = {"repository": "./index.json", "blender_version_min": entry["blender_version_min"]}
    words = {
        "name": entry["name"],
        "version": entry["version"],
        "tagline": entry["tagline"],
        "oldest": entry["blender_version_min"].removesuffix(".0"),
        "link": f"{entry['archive_url']}?{urlencode(query)}",
        "size": f"{entry['archive_size'] / 1e6:.1f} MB",
        "licence": ", ".join(licence.removeprefix("SPDX:") for licence in entry["license"]),
    }
    return PAGE.format(**{key: html.escape(word) for key, word in words.items()})
