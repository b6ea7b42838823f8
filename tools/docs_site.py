"""What the documentation's site has beyond ``docs/``: the HTTP API as a page, made from the OpenAPI document, and links
of the repository that lead to its files, and long names that break where their words end. A hook of mkdocs (``mkdocs.yml``); ``python build.py docs`` builds the site.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

API_PAGE = "api.md"
TABLES_OF_NAMES = "status.md"
HERE = " Press *Authorize* to try requests out here."
"""What the description says of itself where it can be tried out; the site cannot."""
METHODS = ("get", "post", "put", "patch", "delete")
OUTSIDE = re.compile(r"\[([^\]]+)\]\((\.\./[^)#]+)(?:#[^)]*)?\)")
"""A link from ``docs/`` to a file of the repository that is no page."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the page of the API."""
    from pocket3d_server.app import create_app

    files.append(File.generated(config, API_PAGE, content=api_page(create_app(None).api_doc)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links to files beside ``docs/`` become their names: the site does not have them."""

    def named(found: re.Match[str]) -> str:
        path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(page.file.src_uri), found[2]))
        if path.startswith("docs/"):
            return found[0]
        return f"{found[1]} (`{path}`)" if path not in found[1] else f"`{path}`"

    return OUTSIDE.sub(named, markdown)


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """In tables of paths and names these break between words; ``docs/site.css`` gives the columns their widths."""
    if page.file.src_uri != TABLES_OF_NAMES:
        return html
    broken = re.sub(
        r"<code>[^<]+</code>",
        lambda found: "<code>" + re.sub(r"(::|[/_])", r"\1<wbr>", found[0][6:-7]) + "</code>",
        html,
    )
    return f'<div class="names">{broken}</div>'


def api_page(document: dict[str, Any]) -> str:
    """The page: a section for each chapter, an entry for each operation."""
    chapters: dict[str, list[str]] = {}
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                operation = operations[method]
                chapter = operation.get("tags", ["Other"])[0]
                chapters.setdefault(chapter, []).append(
                    "\n".join(_operation(method, path, operation, document))
                )
    text = [
        "# HTTP API",
        document["info"]["description"].replace(HERE, "").strip(),
        "The running server has the same as an OpenAPI 3.1 document at `/openapi/openapi.json`, and at `/openapi` to "
        "try it out.",
    ]
    for chapter, entries in chapters.items():
        text += [f"## {chapter}", *entries]
    return "\n\n".join(text) + "\n"


def _operation(method: str, path: str, operation: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    yield f"### `{method.upper()} {path}`\n"
    yield operation.get("summary", "") + (
        "\n\n" + operation["description"] if operation.get("description") else ""
    )
    parameters = [_resolved(p, document) for p in operation.get("parameters", [])]
    if parameters:
        yield "\n| | in | type | |\n|---|---|---|---|"
        for p in parameters:
            required = " (required)" if p.get("required") else ""
            told = _cell(p.get("description") or p.get("schema", {}).get("description"))
            yield f"| `{p['name']}`{required} | {p['in']} | {_type(p.get('schema', {}), document)} | {told} |"
    for media, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"\n**Body**, `{media}`\n"
        yield from _fields(content.get("schema", {}), document)
    yield "\n**Answers** " + ", ".join(f"`{status}`" for status in operation.get("responses", {}))
    for status, response in operation.get("responses", {}).items():
        if status.startswith("2"):
            for media, content in _resolved(response, document).get("content", {}).items():
                if media == "application/json":
                    yield f"\n`{status}`\n"
                    yield from _fields(content.get("schema", {}), document)


def _fields(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[str]:
    schema = _resolved(schema, document)
    properties = schema.get("properties")
    if not properties:
        yield _type(schema, document)
        return
    yield "| field | type | |\n|---|---|---|"
    required = set(schema.get("required", []))
    for name, field in properties.items():
        mark = " (required)" if name in required and "default" not in field else ""
        yield f"| `{name}`{mark} | {_type(field, document)} | {_cell(_resolved(field, document).get('description'))} |"


def _type(schema: dict[str, Any], document: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        found = _resolved(schema, document)
        return (
            _type(found, document)
            if "enum" in found or ("type" in found and "properties" not in found)
            else name
        )
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            return " or ".join(dict.fromkeys(_type(part, document) for part in schema[key]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    kind = schema.get("type", "any")
    if kind == "array":
        return f"list of {_type(schema.get('items', {}), document)}"
    limits = [
        f"{word} {schema[key]}"
        for key, word in (("minimum", "at least"), ("maximum", "at most"))
        if key in schema
    ]
    default = [f"default `{schema['default']}`"] if schema.get("default") not in (None, {}, []) else []
    return ", ".join([str(kind), *limits, *default])


def _cell(text: str | None) -> str:
    return (text or "").replace("\n", " ").replace("|", "\\|")


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        found: Any = document
        for key in schema["$ref"].lstrip("#/").split("/"):
            found = found[key]
        schema = found
    return schema
