"""Names of the bones of people, in the order in which rigs of two well-known makers list them."""

from __future__ import annotations

SIDES = {"vroid": ("L", "R"), "mixamo": ("Left", "Right")}
TRUNK = {
    "vroid": ("Hips", "Spine", "Chest", "UpperChest", "Neck", "Head"),
    "mixamo": ("Hips", "Spine", "Spine1", "Spine2", "Neck", "Head"),
}
ARM = {
    "vroid": ("Shoulder", "UpperArm", "LowerArm", "Hand"),
    "mixamo": ("Shoulder", "Arm", "ForeArm", "Hand"),
}
LEG = {
    "vroid": ("UpperLeg", "LowerLeg", "Foot", "ToeBase"),
    "mixamo": ("UpLeg", "Leg", "Foot", "ToeBase"),
}
FINGERS = (
    ("Thumb", "Index", "Middle", "Ring", "Little"),
    ("Index", "Thumb", "Middle", "Ring", "Little"),
)
"""Of the left and of the right hand; the lists differ in their order."""


def _called(cls: str, side: str, name: str) -> str:
    if cls == "vroid":
        return f"J_Bip_{side or 'C'}_{name}"
    return f"mixamorig:{side}{name.replace('Little', 'Pinky')}"


def _body(cls: str) -> tuple[str, ...]:
    limbs = [(side, name) for limb in (ARM, LEG) for side in SIDES[cls] for name in limb[cls]]
    return tuple(_called(cls, side, name) for side, name in [*(("", name) for name in TRUNK[cls]), *limbs])


def _hands(cls: str) -> tuple[str, ...]:
    before = "Hand" if cls == "mixamo" else ""
    return tuple(
        _called(cls, side, f"{before}{finger}{joint}")
        for side, fingers in zip(SIDES[cls], FINGERS)
        for finger in fingers
        for joint in (1, 2, 3)
    )


NAMES = {cls: {"body": _body(cls), "hand": _hands(cls)} for cls in SIDES}
"""By class and part."""
