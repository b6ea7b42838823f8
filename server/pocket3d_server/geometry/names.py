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
    if name not in used:
        used.add(name)
        return name
    # By doubling and halving, since a file may give a hundred thousand things one name.
    taken, free = 1, 2
    while f"{name}_{free}" in used:
        taken, free = free, free * 2
    while free - taken > 1:
        middle = (taken + free) // 2
        if f"{name}_{middle}" in used:
            taken = middle
        else:
            free = middle
    found = f"{name}_{free}"
    used.add(found)
    return found
