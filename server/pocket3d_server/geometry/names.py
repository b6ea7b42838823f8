"""Names that are unique in their asset."""

from __future__ import annotations


def unique_name(title: str, used: set[str]) -> str:
    """A snake_case name for a part that is not in ``used`` yet; it is added there."""
    slug = "".join(c.lower() if c.isalnum() else "_" for c in title).strip("_")
    while "__" in slug:
        slug = slug.replace("__", "_")
    return unique(slug or "part", used)


def unique(name: str, used: set[str]) -> str:
    """The name, numbered when it is in ``used`` already; it is added there."""
    found, n = name, 1
    while found in used:
        n += 1
        found = f"{name}_{n}"
    used.add(found)
    return found
