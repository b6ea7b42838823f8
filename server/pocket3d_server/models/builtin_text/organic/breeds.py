"""Breeds: what a name like "poodle" or "siamese" changes about its kind's proportions, ears, tail and coat."""

from __future__ import annotations

from dataclasses import replace

from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy, Coat, Ears, Tail
from pocket3d_server.models.builtin_text.organic.species import (
    BEAR,
    BULL,
    BULLDOG,
    CAT,
    DACHSHUND,
    DEER,
    DOG,
    HORSE,
    LEOPARD,
    RACCOON,
    WOLF,
)

# fmt: off

WHITE, CREAM, BLACK, TAN = (0.95, 0.93, 0.89), (0.93, 0.86, 0.72), (0.07, 0.06, 0.06), (0.62, 0.36, 0.16)
FINE_HEAD = replace(DOG.head, skull=(0.18, 0.175, 0.25), muzzle=((-0.05, 0.42, 0.125), (-0.085, 0.92, 0.072)), jaw=((-0.14, 0.34, 0.09), (-0.145, 0.84, 0.045)), cheek=(0.09, -0.07, 0.28, 0.095), brow=None)
BROAD_HEAD = replace(DOG.head, skull=(0.25, 0.225, 0.26), muzzle=((-0.05, 0.44, 0.18), (-0.09, 0.84, 0.14)), muzzle_wide=1.02)
RETRIEVER = replace(
    DOG, height=0.60, chest=(0.30, 0.47), neck_radii=(0.185, 0.135), head=BROAD_HEAD, ears=Ears("floppy", 0.185, 0.13, out=100, at=(0.19, 0.13, 0.20)),
    tail=Tail("bushy", 0.58, 0.075, -10, 40), coat=Coat((0.82, 0.58, 0.29), belly=(0.92, 0.77, 0.54), muzzle=(0.88, 0.70, 0.46)), extras=("feathers",),
)
SPITZ = replace(WOLF, ears=Ears("pointed", 0.135, 0.115, out=16, at=(0.16, 0.17, 0.18), turn=12), tail=Tail("bushy", 0.62, 0.085, 65, 170))
TERRIER = replace(
    DOG, height=0.36, length=0.74, head=replace(DOG.head, length=0.56, muzzle=((-0.05, 0.44, 0.17), (-0.09, 0.86, 0.15)), muzzle_wide=1.05),
    ears=Ears("floppy", 0.13, 0.11, out=70, at=(0.17, 0.18, 0.20)), tail=Tail("plain", 0.30, 0.045, 55, 30), extras=("beard",),
)
BREEDS: dict[str, Anatomy] = {
    # dogs
    "golden retriever": RETRIEVER,
    "retriever": RETRIEVER,
    "labrador": replace(RETRIEVER, tail=Tail("plain", 0.50, 0.062, -12, 45), coat=Coat((0.88, 0.76, 0.55), belly=(0.94, 0.87, 0.72)), extras=()),
    "setter": replace(RETRIEVER, height=0.66, head=DOG.head, ears=Ears("floppy", 0.25, 0.13, out=100, at=(0.17, 0.08, 0.18)), coat=Coat((0.50, 0.20, 0.08), belly=(0.60, 0.28, 0.13))),
    "spaniel": replace(RETRIEVER, height=0.38, length=0.80, ears=Ears("floppy", 0.34, 0.19, out=100, at=(0.18, 0.08, 0.18)), tail=Tail("bob", 0.06, 0.05),
                       head=replace(BROAD_HEAD, length=0.56), coat=Coat((0.55, 0.28, 0.12), belly=(0.72, 0.46, 0.26))),
    "poodle": replace(DOG, height=0.56, length=0.64, chest=(0.23, 0.40), fore=(0.075, 0.045, 0.034), hind=(0.10, 0.055, 0.034), neck=0.36, neck_rise=62, head=FINE_HEAD,
                      ears=Ears("floppy", 0.23, 0.15, out=100, at=(0.15, 0.08, 0.18)), tail=Tail("plain", 0.30, 0.03, 60, 15), coat=Coat((0.92, 0.88, 0.82), mane=(0.95, 0.92, 0.87)), extras=("pompons",)),
    "greyhound": replace(DOG, height=0.72, length=0.74, chest=(0.22, 0.50), loin=(0.14, 0.24), rump=(0.20, 0.33), tuck=0.10, dip=-0.03, croup=0.97, fore=(0.075, 0.044, 0.032), hind=(0.115, 0.055, 0.031),
                         neck=0.38, neck_rise=56, neck_radii=(0.125, 0.082), head=replace(FINE_HEAD, length=0.44), ears=Ears("leaf", 0.11, 0.06, out=75, at=(0.12, 0.12, 0.12), turn=60),
                         tail=Tail("plain", 0.62, 0.030, -68, 70), coat=Coat((0.60, 0.57, 0.54), belly=(0.82, 0.80, 0.77))),
    "husky": replace(SPITZ, height=0.62, head=replace(WOLF.head, iris=(0.36, 0.62, 0.86)), coat=Coat((0.34, 0.35, 0.38), belly=WHITE, muzzle=WHITE, face=WHITE, pattern="saddle", marks=(0.13, 0.14, 0.16), legs=WHITE, tail_tip=WHITE)),
    "malamute": replace(SPITZ, height=0.68, coat=Coat((0.24, 0.24, 0.26), belly=WHITE, muzzle=WHITE, face=WHITE, pattern="saddle", marks=(0.10, 0.10, 0.11), legs=WHITE)),
    "samoyed": replace(SPITZ, height=0.56, coat=Coat((0.96, 0.95, 0.92)), extras=("feathers",)),
    "akita": replace(SPITZ, height=0.66, coat=Coat((0.78, 0.45, 0.20), belly=WHITE, muzzle=WHITE, legs=WHITE)),
    "shiba": replace(SPITZ, height=0.40, head=replace(WOLF.head, length=0.50, muzzle=((-0.05, 0.44, 0.145), (-0.09, 0.86, 0.095))), coat=Coat((0.84, 0.50, 0.22), belly=WHITE, muzzle=WHITE, legs=CREAM)),
    "corgi": replace(DACHSHUND, height=0.27, length=1.35, ears=Ears("pointed", 0.36, 0.26, out=22, at=(0.16, 0.17, 0.18), turn=12), tail=Tail("bob", 0.05, 0.08),
                     coat=Coat((0.85, 0.52, 0.22), belly=WHITE, muzzle=WHITE, legs=WHITE)),
    "chihuahua": replace(DOG, height=0.20, fore=(0.08, 0.05, 0.04), neck_radii=(0.14, 0.11), head=replace(DOG.head, length=0.56, skull=(0.29, 0.27, 0.29), muzzle=((-0.07, 0.46, 0.12), (-0.11, 0.78, 0.08)), eye=(36, 14, 0.095)),
                         ears=Ears("pointed", 0.27, 0.19, out=38, at=(0.20, 0.17, 0.20), turn=16), tail=Tail("plain", 0.42, 0.04, 30, 80), coat=Coat((0.82, 0.60, 0.36), belly=CREAM, muzzle=CREAM)),
    "german shepherd": replace(WOLF, height=0.64, croup=0.93, ears=Ears("pointed", 0.17, 0.12, out=15, at=(0.15, 0.17, 0.16), turn=10),
                               coat=Coat((0.68, 0.44, 0.20), belly=(0.78, 0.58, 0.34), muzzle=BLACK, pattern="saddle", marks=BLACK, legs=(0.72, 0.50, 0.26))),
    "border collie": replace(RETRIEVER, height=0.52, head=DOG.head, ears=Ears("leaf", 0.14, 0.09, out=45, at=(0.16, 0.16, 0.18)), coat=Coat(BLACK, belly=WHITE, muzzle=WHITE, legs=WHITE, tail_tip=WHITE, pattern="blaze", marks=WHITE), extras=()),
    "collie": replace(RETRIEVER, head=FINE_HEAD, ears=Ears("leaf", 0.14, 0.09, out=40, at=(0.13, 0.15, 0.16)), coat=Coat((0.62, 0.36, 0.15), belly=WHITE, muzzle=WHITE, legs=WHITE, tail_tip=WHITE), extras=()),
    "saint bernard": replace(RETRIEVER, height=0.75, chest=(0.38, 0.52), fore=(0.12, 0.08, 0.062), foot_size=0.075, coat=Coat(WHITE, pattern="patches", marks=(0.55, 0.27, 0.11), ears=(0.40, 0.19, 0.08))),
    "beagle": replace(DOG, height=0.38, length=0.78, ears=Ears("floppy", 0.28, 0.17, out=100, at=(0.18, 0.09, 0.20)), tail=Tail("plain", 0.48, 0.046, 50, 35),
                      coat=Coat((0.66, 0.38, 0.17), belly=WHITE, muzzle=WHITE, legs=WHITE, ears=(0.55, 0.29, 0.12), pattern="saddle", marks=BLACK, tail_tip=WHITE)),
    "dalmatian": replace(DOG, height=0.60, ears=Ears("floppy", 0.17, 0.11, out=100, at=(0.17, 0.14, 0.20)), coat=Coat((0.95, 0.94, 0.91), pattern="dalmatian", marks=BLACK)),
    "rottweiler": replace(RETRIEVER, height=0.64, tail=Tail("bob", 0.05, 0.05), coat=Coat(BLACK, muzzle=TAN, legs=TAN), extras=()),
    "doberman": replace(DOG, height=0.70, tuck=0.05, neck=0.36, neck_rise=58, head=FINE_HEAD, ears=Ears("pointed", 0.19, 0.085, out=10, at=(0.11, 0.15, 0.16), turn=10), tail=Tail("bob", 0.06, 0.04), coat=Coat(BLACK, muzzle=TAN, legs=TAN)),
    "schnauzer": replace(TERRIER, coat=Coat((0.40, 0.41, 0.43), muzzle=(0.86, 0.86, 0.85), legs=(0.84, 0.84, 0.83), mane=(0.88, 0.88, 0.87))),
    "terrier": replace(TERRIER, coat=Coat((0.72, 0.50, 0.28), muzzle=(0.80, 0.62, 0.40), mane=(0.78, 0.58, 0.36), pattern="saddle", marks=(0.22, 0.18, 0.15))),
    "pug": replace(BULLDOG, height=0.30, tail=Tail("curl", 0.05, 0.05), coat=Coat((0.84, 0.70, 0.50), face=BLACK, muzzle=BLACK, ears=BLACK)),
    "french bulldog": replace(BULLDOG, height=0.30, ears=Ears("round", 0.26, 0.19, out=24, at=(0.22, 0.24, 0.30), turn=10), coat=Coat((0.24, 0.23, 0.25), belly=WHITE)),
    "coyote": replace(WOLF, height=0.60, coat=Coat((0.62, 0.50, 0.36), belly=CREAM, muzzle=(0.70, 0.50, 0.32), legs=(0.70, 0.52, 0.34), pattern="saddle", marks=(0.36, 0.30, 0.24), tail_tip=BLACK)),
    # cats
    "siamese": replace(CAT, chest=(0.24, 0.37), ears=replace(CAT.ears, length=0.21, width=0.17, out=32), head=replace(CAT.head, skull=(0.32, 0.31, 0.37), iris=(0.35, 0.60, 0.88)),
                       coat=Coat((0.92, 0.86, 0.76), face=(0.24, 0.16, 0.13), ears=(0.22, 0.15, 0.12), legs=(0.26, 0.18, 0.14), tail_tip=(0.22, 0.15, 0.12), nose=(0.2, 0.13, 0.11))),
    "persian cat": replace(CAT, chest=(0.36, 0.46), tail=Tail("bushy", 0.75, 0.12, -30, 110), ears=replace(CAT.ears, length=0.11), head=replace(CAT.head, muzzle=((0.0, 0.46, 0.17), (-0.05, 0.58, 0.12)), nose=(-0.01, 0.70, 0.045, 0.035), iris=(0.85, 0.50, 0.12)),
                           coat=Coat((0.95, 0.92, 0.87)), extras=("whiskers", "feathers")),
    "sphynx": replace(CAT, tail=Tail("plain", 0.95, 0.026, -45, 150), ears=replace(CAT.ears, length=0.24, width=0.19, out=30), coat=Coat((0.86, 0.68, 0.60), roughness=0.6), extras=()),
    # others that have their kind's frame
    "red panda": replace(RACCOON, coat=replace(RACCOON.coat, base=(0.62, 0.25, 0.09), belly=(0.14, 0.09, 0.07), legs=(0.14, 0.09, 0.07), muzzle=WHITE)),
    "brown bear": replace(BEAR, coat=replace(BEAR.coat, base=(0.36, 0.21, 0.12))),
    "grizzly": replace(BEAR, humps=((0.32, 0.07, 0.20),), coat=replace(BEAR.coat, base=(0.40, 0.26, 0.16))),
    "cheetah": replace(LEOPARD, height=0.80, chest=(0.24, 0.44), loin=(0.18, 0.28), tuck=0.06, fore=(0.085, 0.055, 0.042), hind=(0.12, 0.062, 0.042), head=replace(LEOPARD.head, length=0.35),
                       coat=Coat((0.88, 0.68, 0.36), belly=WHITE, muzzle=WHITE, pattern="dalmatian", marks=BLACK)),
    "snow leopard": replace(LEOPARD, tail=Tail("bushy", 1.0, 0.075, -50, 90), coat=Coat((0.80, 0.80, 0.79), belly=WHITE, muzzle=WHITE, pattern="rosettes", marks=(0.20, 0.20, 0.21))),
    "pony": replace(HORSE, height=1.15, length=0.74, chest=(0.33, 0.48), loin=(0.31, 0.42), rump=(0.35, 0.42), elbow=0.52, fore=(0.092, 0.060, 0.040), hind=(0.135, 0.074, 0.042), neck=0.42, neck_radii=(0.20, 0.12),
                    coat=replace(HORSE.coat, base=(0.60, 0.40, 0.22), mane=(0.90, 0.82, 0.66))),
    "bison": replace(BULL, humps=((0.34, 0.20, 0.30),), chest=(0.46, 0.66), neck_rise=4, coat=Coat((0.26, 0.16, 0.09), mane=(0.17, 0.10, 0.06), muzzle=(0.12, 0.08, 0.06)), extras=(*BULL.extras, "beard")),
    "reindeer": replace(DEER, neck_rise=34, coat=replace(DEER.coat, base=(0.46, 0.37, 0.29), belly=(0.86, 0.82, 0.74), legs=(0.28, 0.22, 0.17))),
}
"""By what stands in the prompt; the first that does counts."""
BREEDS["whippet"] = replace(BREEDS["greyhound"], height=0.48, coat=Coat((0.80, 0.66, 0.48), belly=WHITE))

# fmt: on


def breed_of(prompt: str, kind: Anatomy) -> Anatomy:
    """The proportions of the breed that ``prompt`` names, else those of its ``kind``."""
    said = f" {prompt.lower().replace('-', ' ')} "
    return next((shape for name, shape in BREEDS.items() if f" {name}" in said), kind)
