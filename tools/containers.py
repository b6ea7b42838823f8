"""Reads ``deploy/Dockerfile``, as far as checking and replaying it need (``tests/deploy``, ``bench container``)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Instruction:
    """One instruction: its word, e.g. ``RUN``, and the rest of it on one line."""

    word: str
    text: str


@dataclass
class Stage:
    """What stands between two ``FROM``. ``image``: what it begins with, an image or another stage."""

    image: str
    instructions: list[Instruction] = field(default_factory=list)


def stages(text: str) -> dict[str, Stage]:
    """All stages by name, in their order. Raises ValueError for a stage without a name."""
    found: dict[str, Stage] = {}
    whole = re.sub(r"\\\n\s*", "", re.sub(r"^\s*#.*\n", "", text, flags=re.M))
    for line in filter(str.strip, whole.splitlines()):
        word, rest = line.split(maxsplit=1)
        if word == "FROM":
            image, _, name = rest.partition(" AS ")
            if not name:
                raise ValueError(f"the stage {line!r} has no name; write FROM IMAGE AS NAME")
            found[name] = Stage(image)
        elif found:
            list(found.values())[-1].instructions.append(Instruction(word, rest))
    return found


def instructions_of(name: str, all_stages: dict[str, Stage]) -> list[Instruction]:
    """A stage's instructions after those of the stages that it is built upon."""
    stage = all_stages.get(name)
    return [*instructions_of(stage.image, all_stages), *stage.instructions] if stage else []


def copied(stage: Stage) -> list[str]:
    """Paths of the repository that a stage copies."""
    return [
        source
        for instruction in stage.instructions
        if instruction.word == "COPY" and not instruction.text.startswith("--from")
        for source in instruction.text.split()[:-1]
    ]
