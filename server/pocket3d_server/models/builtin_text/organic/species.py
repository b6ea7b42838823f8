"""The table of four-legged kinds: what each one's proportions are."""

from __future__ import annotations

from dataclasses import replace

from pocket3d_server.models.builtin_text.organic.anatomy import Anatomy, Coat, Ears, HeadShape, Tail

# fmt: off

DOG = Anatomy(
    0.56, neck=0.29, neck_radii=(0.158, 0.118), fore=(0.088, 0.056, 0.043), hind=(0.122, 0.066, 0.042), foot_size=0.060,
    head=HeadShape(
        length=0.49, skull=(0.225, 0.205, 0.25), muzzle=((-0.05, 0.44, 0.165), (-0.085, 0.86, 0.118)), muzzle_wide=0.92,
        jaw=((-0.17, 0.34, 0.115), (-0.185, 0.79, 0.075)),
    ),
    ears=Ears("floppy", 0.205, 0.125, out=100, at=(0.17, 0.13, 0.20)),
    tail=Tail("plain", 0.46, 0.046, -8, 62),
    coat=Coat((0.72, 0.50, 0.26), belly=(0.86, 0.72, 0.50), muzzle=(0.80, 0.62, 0.40)),
)

CAT = Anatomy(
    0.26, length=0.86, chest=(0.27, 0.40), loin=(0.25, 0.36), rump=(0.27, 0.38), croup=1.0, dip=0.0,
    elbow=0.55, wrist=0.20, knee=0.52, hock=0.25, fore=(0.080, 0.058, 0.046), hind=(0.125, 0.070, 0.045),
    stance=(0.10, 0.11), foot_size=0.064, neck=0.24, neck_rise=52, neck_radii=(0.150, 0.125), neck_flat=0.95,
    head=HeadShape(
        length=0.44, pitch=6, skull=(0.37, 0.33, 0.37), skull_at=(0.02, 0.38),
        muzzle=((0.0, 0.50, 0.16), (-0.06, 0.70, 0.105)), jaw=((-0.18, 0.48, 0.14), (-0.19, 0.68, 0.085)),
        cheek=(0.20, -0.10, 0.42, 0.19), pads=(0.075, -0.115, 0.74, 0.10), brow=None,
        nose=(-0.045, 0.80, 0.045, 0.035), eye=(31, 11, 0.088), eye_at=0.40, iris=(0.55, 0.62, 0.16), pupil="slit",
    ),
    ears=Ears("pointed", 0.165, 0.135, out=24, at=(0.22, 0.24, 0.36), turn=20),
    tail=Tail("plain", 0.98, 0.046, -45, 150),
    coat=Coat((0.86, 0.52, 0.22), belly=(0.97, 0.90, 0.80), muzzle=(0.98, 0.93, 0.86), legs=(0.96, 0.88, 0.78),
              pattern="tabby", marks=(0.66, 0.32, 0.10), nose=(0.85, 0.48, 0.46)),
    extras=("whiskers",),
)

HORSE = Anatomy(
    1.60, length=0.66, chest=(0.27, 0.42), loin=(0.25, 0.36), rump=(0.30, 0.36), croup=0.99, dip=0.035,
    elbow=0.58, wrist=0.30, knee=0.60, hock=0.33, angle=0.85, fore=(0.082, 0.052, 0.030), hind=(0.125, 0.064, 0.033),
    stance=(0.085, 0.085), foot="hoof", foot_size=0.050, neck=0.50, neck_rise=50, neck_radii=(0.185, 0.095), neck_flat=0.52,
    head=HeadShape(
        length=0.40, pitch=42, skull=(0.145, 0.16, 0.20), skull_at=(0.0, 0.22),
        muzzle=((-0.04, 0.30, 0.145), (-0.075, 0.875, 0.108)), muzzle_wide=0.85,
        jaw=((-0.17, 0.30, 0.10), (-0.135, 0.86, 0.068)), cheek=(0.055, -0.15, 0.24, 0.135),
        brow=(0.085, 0.06, 0.36, 0.06), nose=None, nostrils=(0.075, -0.055, 0.955, 0.026),
        eye=(68, 12, 0.046), eye_at=0.38, iris=(0.16, 0.09, 0.05),
    ),
    ears=Ears("leaf", 0.125, 0.062, out=16, at=(0.085, 0.13, 0.12), turn=5),
    tail=Tail("hair", 0.55, 0.045, -35, -45),
    coat=Coat((0.44, 0.24, 0.12), legs=(0.12, 0.08, 0.06), muzzle=(0.22, 0.13, 0.09), mane=(0.09, 0.06, 0.05),
              pattern="blaze", marks=(0.94, 0.92, 0.88), roughness=0.6),
    extras=("mane",),
)

WOLF = replace(
    DOG, height=0.80, neck_radii=(0.185, 0.125), chest=(0.27, 0.44), foot_size=0.058,
    head=replace(DOG.head, length=0.44, cheek=(0.17, -0.08, 0.26, 0.14), iris=(0.72, 0.52, 0.14), muzzle=((-0.05, 0.44, 0.155), (-0.09, 0.90, 0.105))),
    ears=Ears("pointed", 0.135, 0.105, out=18, at=(0.15, 0.17, 0.16), turn=12),
    tail=Tail("bushy", 0.52, 0.070, -60, 20),
    coat=Coat((0.50, 0.48, 0.46), belly=(0.82, 0.80, 0.76), muzzle=(0.78, 0.76, 0.72), pattern="saddle", marks=(0.22, 0.21, 0.21),
              legs=(0.74, 0.71, 0.66), tail_tip=(0.15, 0.14, 0.14)),
)

FOX = replace(
    DOG, height=0.38, length=0.84, neck_radii=(0.165, 0.115), chest=(0.26, 0.40), fore=(0.075, 0.046, 0.034), hind=(0.105, 0.055, 0.034),
    head=replace(DOG.head, length=0.46, skull=(0.24, 0.20, 0.25), cheek=(0.18, -0.09, 0.26, 0.13), muzzle=((-0.06, 0.42, 0.14), (-0.11, 0.90, 0.070)),
                 jaw=((-0.17, 0.32, 0.10), (-0.165, 0.82, 0.045)), brow=None, nose=(-0.07, 0.965, 0.045, 0.04), iris=(0.62, 0.36, 0.10)),
    ears=Ears("pointed", 0.20, 0.145, out=22, at=(0.17, 0.16, 0.18), turn=12),
    tail=Tail("bushy", 0.80, 0.105, -40, 35),
    coat=Coat((0.80, 0.38, 0.12), belly=(0.95, 0.92, 0.87), muzzle=(0.95, 0.91, 0.85), legs=(0.10, 0.08, 0.07), tail_tip=(0.96, 0.94, 0.90),
              inner_ear=(0.93, 0.86, 0.78)),
)

DACHSHUND = replace(
    DOG, height=0.24, length=1.75, chest=(0.42, 0.66), loin=(0.36, 0.54), rump=(0.38, 0.56), elbow=0.42, wrist=0.20, knee=0.44, hock=0.24,
    fore=(0.12, 0.095, 0.078), hind=(0.16, 0.10, 0.072), stance=(0.20, 0.19), foot_size=0.105, neck=0.46, neck_radii=(0.24, 0.18),
    head=replace(DOG.head, length=0.86), ears=Ears("floppy", 0.40, 0.24, out=100, at=(0.17, 0.12, 0.18)), tail=Tail("plain", 0.85, 0.07, -10, 40),
    coat=Coat((0.45, 0.22, 0.10), belly=(0.62, 0.36, 0.18), muzzle=(0.58, 0.33, 0.16)),
)

BULLDOG = replace(
    DOG, height=0.38, length=0.78, chest=(0.50, 0.58), loin=(0.34, 0.42), rump=(0.36, 0.42), elbow=0.44, wrist=0.20, knee=0.46, hock=0.25,
    fore=(0.135, 0.092, 0.072), hind=(0.150, 0.085, 0.060), stance=(0.21, 0.16), foot_size=0.088, neck=0.24, neck_rise=38, neck_radii=(0.24, 0.20), neck_flat=1.0,
    head=HeadShape(length=0.50, pitch=4, skull=(0.33, 0.30, 0.34), skull_at=(0.02, 0.36), muzzle=((-0.06, 0.50, 0.20), (-0.10, 0.72, 0.17)), muzzle_wide=1.35,
                   jaw=((-0.25, 0.42, 0.16), (-0.24, 0.72, 0.13)), cheek=(0.20, -0.16, 0.40, 0.18), pads=(0.14, -0.20, 0.72, 0.14),
                   nose=(-0.01, 0.88, 0.075, 0.055), eye=(30, 14, 0.068), eye_at=0.46),
    ears=Ears("floppy", 0.15, 0.12, out=80, at=(0.24, 0.20, 0.28)), tail=Tail("bob", 0.05, 0.05),
    coat=Coat((0.80, 0.62, 0.42), belly=(0.95, 0.92, 0.86), muzzle=(0.95, 0.92, 0.88), legs=(0.94, 0.90, 0.84)),
)

LION = Anatomy(
    1.05, length=0.88, chest=(0.30, 0.44), loin=(0.26, 0.36), rump=(0.28, 0.38), croup=0.97, dip=0.01, elbow=0.52, wrist=0.20, knee=0.50, hock=0.25,
    fore=(0.100, 0.070, 0.055), hind=(0.140, 0.078, 0.053), stance=(0.115, 0.115), foot_size=0.075, neck=0.26, neck_rise=38, neck_radii=(0.185, 0.15), neck_flat=0.95,
    head=HeadShape(length=0.42, pitch=10, skull=(0.27, 0.25, 0.29), skull_at=(0.0, 0.30), muzzle=((-0.03, 0.44, 0.17), (-0.08, 0.80, 0.135)), muzzle_wide=1.05,
                   jaw=((-0.19, 0.38, 0.14), (-0.23, 0.78, 0.10)), cheek=(0.17, -0.10, 0.34, 0.14), pads=(0.085, -0.14, 0.82, 0.115), brow=(0.10, 0.10, 0.46, 0.07),
                   nose=(-0.015, 0.945, 0.07, 0.045), eye=(34, 17, 0.052), eye_at=0.42, iris=(0.70, 0.48, 0.12)),
    ears=Ears("round", 0.11, 0.11, out=38, at=(0.21, 0.20, 0.22), turn=15), tail=Tail("tuft", 0.72, 0.036, -65, 85),
    coat=Coat((0.78, 0.58, 0.32), belly=(0.90, 0.78, 0.58), muzzle=(0.90, 0.80, 0.64), mane=(0.42, 0.23, 0.10), nose=(0.22, 0.12, 0.10)),
    extras=("lion_mane", "whiskers"),
)

TIGER = replace(LION, tail=Tail("plain", 0.75, 0.042, -60, 90), extras=("whiskers",),
                coat=Coat((0.88, 0.48, 0.14), belly=(0.97, 0.93, 0.86), muzzle=(0.96, 0.91, 0.84), pattern="stripes", marks=(0.07, 0.05, 0.04),
                          nose=(0.75, 0.42, 0.38), inner_ear=(0.92, 0.88, 0.82)))
LEOPARD = replace(LION, height=0.70, tail=Tail("plain", 0.90, 0.042, -60, 100), extras=("whiskers",),
                  coat=Coat((0.86, 0.64, 0.30), belly=(0.96, 0.92, 0.84), muzzle=(0.95, 0.90, 0.80), pattern="rosettes", marks=(0.10, 0.07, 0.05)))
PANTHER = replace(LEOPARD, coat=Coat((0.06, 0.06, 0.07), muzzle=(0.09, 0.09, 0.10), inner_ear=(0.2, 0.16, 0.16), roughness=0.5))

BEAR = Anatomy(
    1.05, length=0.82, chest=(0.46, 0.56), loin=(0.42, 0.52), rump=(0.44, 0.52), croup=0.97, dip=-0.02, elbow=0.46, wrist=0.18, knee=0.46, hock=0.20, angle=0.6,
    fore=(0.155, 0.115, 0.095), hind=(0.19, 0.120, 0.095), stance=(0.18, 0.18), foot_size=0.11, neck=0.26, neck_rise=24, neck_radii=(0.25, 0.19), neck_flat=1.0,
    head=HeadShape(length=0.44, pitch=12, skull=(0.30, 0.27, 0.29), skull_at=(0.0, 0.30), muzzle=((-0.06, 0.46, 0.16), (-0.10, 0.84, 0.115)),
                   jaw=((-0.18, 0.36, 0.12), (-0.20, 0.78, 0.075)), cheek=(0.19, -0.08, 0.30, 0.15), brow=(0.10, 0.11, 0.46, 0.07),
                   nose=(-0.06, 0.95, 0.062, 0.048), eye=(34, 15, 0.040), eye_at=0.46, iris=(0.14, 0.08, 0.05)),
    ears=Ears("round", 0.12, 0.125, out=38, at=(0.21, 0.20, 0.20), turn=12), tail=Tail("bob", 0.05, 0.06),
    coat=Coat((0.34, 0.20, 0.11), muzzle=(0.58, 0.40, 0.25), inner_ear=(0.24, 0.14, 0.09)),
)
POLAR_BEAR = replace(BEAR, height=1.3, neck=0.36, coat=Coat((0.94, 0.92, 0.86), inner_ear=(0.6, 0.55, 0.5)))
PANDA = replace(BEAR, height=0.75, coat=Coat((0.95, 0.94, 0.91), ears=(0.06, 0.06, 0.06), inner_ear=(0.06, 0.06, 0.06), pattern="panda", marks=(0.06, 0.06, 0.06)))

COW = Anatomy(
    1.40, length=0.84, chest=(0.36, 0.50), loin=(0.40, 0.48), rump=(0.36, 0.42), croup=1.0, dip=0.02, belly=0.05, elbow=0.50, wrist=0.27, knee=0.52, hock=0.29, angle=0.75,
    fore=(0.090, 0.058, 0.037), hind=(0.125, 0.068, 0.039), stance=(0.115, 0.12), foot="cloven", foot_size=0.055, neck=0.34, neck_rise=22, neck_radii=(0.20, 0.135), neck_flat=0.62,
    head=HeadShape(length=0.40, pitch=34, skull=(0.19, 0.17, 0.21), skull_at=(0.02, 0.22), muzzle=((-0.03, 0.34, 0.165), (-0.06, 0.86, 0.135)), muzzle_wide=0.98,
                   jaw=((-0.15, 0.32, 0.11), (-0.14, 0.82, 0.085)), cheek=(0.09, -0.10, 0.26, 0.12), brow=(0.13, 0.06, 0.33, 0.06), nose=(-0.045, 0.965, 0.115, 0.07),
                   eye=(68, 10, 0.046), eye_at=0.34, iris=(0.16, 0.10, 0.06)),
    ears=Ears("leaf", 0.16, 0.085, out=98, at=(0.17, 0.06, 0.14), turn=20), tail=Tail("tuft", 0.62, 0.024, -80, 0),
    coat=Coat((0.94, 0.92, 0.88), pattern="patches", marks=(0.07, 0.06, 0.06), muzzle=(0.86, 0.66, 0.60), mane=(0.10, 0.09, 0.08), nose=(0.72, 0.50, 0.46)),
    extras=("horns", "udder"),
)
BULL = replace(COW, chest=(0.44, 0.56), neck_radii=(0.25, 0.18), humps=((0.26, 0.05, 0.22),), extras=("horns",),
               coat=Coat((0.26, 0.15, 0.10), muzzle=(0.16, 0.11, 0.10), mane=(0.1, 0.08, 0.07), nose=(0.10, 0.08, 0.08)))

PIG = Anatomy(
    0.80, length=0.98, chest=(0.44, 0.56), loin=(0.46, 0.56), rump=(0.44, 0.54), croup=1.02, dip=-0.03, belly=0.02, elbow=0.42, wrist=0.20, knee=0.44, hock=0.24, angle=0.6,
    fore=(0.105, 0.075, 0.052), hind=(0.150, 0.080, 0.053), stance=(0.15, 0.15), foot="cloven", foot_size=0.065, neck=0.20, neck_rise=5, neck_radii=(0.26, 0.21), neck_flat=0.95,
    head=HeadShape(length=0.54, pitch=20, skull=(0.27, 0.26, 0.28), skull_at=(0.0, 0.30), muzzle=((-0.06, 0.44, 0.18), (-0.09, 0.86, 0.115)), muzzle_wide=1.0,
                   jaw=((-0.19, 0.38, 0.14), (-0.17, 0.78, 0.075)), cheek=(0.17, -0.12, 0.34, 0.16), brow=None, nose=(-0.075, 0.955, 0.125, 0.105),
                   eye=(46, 16, 0.040), eye_at=0.42, iris=(0.12, 0.08, 0.06)),
    ears=Ears("leaf", 0.20, 0.15, out=42, at=(0.19, 0.19, 0.22), turn=5), tail=Tail("curl", 0.10, 0.022),
    coat=Coat((0.93, 0.68, 0.64), belly=(0.95, 0.74, 0.70), inner_ear=(0.86, 0.52, 0.52), nose=(0.88, 0.54, 0.54), hoof=(0.36, 0.27, 0.24), roughness=0.6),
)
BOAR = replace(PIG, extras=(), neck_radii=(0.30, 0.22), coat=Coat((0.27, 0.20, 0.15), muzzle=(0.2, 0.15, 0.12), inner_ear=(0.3, 0.2, 0.17), nose=(0.25, 0.17, 0.15)))

SHEEP = Anatomy(
    0.72, length=0.80, chest=(0.38, 0.46), loin=(0.38, 0.46), rump=(0.38, 0.46), croup=1.0, dip=0.0, elbow=0.48, wrist=0.25, knee=0.50, hock=0.28, angle=0.7,
    fore=(0.085, 0.050, 0.040), hind=(0.110, 0.055, 0.040), stance=(0.115, 0.115), foot="cloven", foot_size=0.055, neck=0.26, neck_rise=42, neck_radii=(0.17, 0.125), neck_flat=0.85,
    head=HeadShape(length=0.38, pitch=32, skull=(0.19, 0.19, 0.22), skull_at=(0.0, 0.26), muzzle=((-0.03, 0.36, 0.165), (-0.08, 0.84, 0.105)), muzzle_wide=0.85,
                   jaw=((-0.14, 0.32, 0.11), (-0.145, 0.78, 0.07)), cheek=(0.09, -0.08, 0.28, 0.12), brow=None, nose=(-0.05, 0.935, 0.06, 0.045),
                   eye=(58, 8, 0.05), eye_at=0.36, iris=(0.60, 0.46, 0.18), pupil="bar"),
    ears=Ears("leaf", 0.15, 0.075, out=105, at=(0.16, 0.06, 0.18), turn=25), tail=Tail("bob", 0.08, 0.07),
    coat=Coat((0.20, 0.17, 0.15), inner_ear=(0.42, 0.32, 0.30), mane=(0.94, 0.91, 0.84), hoof=(0.10, 0.09, 0.08)), extras=("wool",),
)
RAM = replace(SHEEP, extras=("wool", "ram_horns"))
GOAT = replace(
    SHEEP, chest=(0.30, 0.44), loin=(0.30, 0.42), rump=(0.29, 0.40), neck=0.36, neck_rise=52, belly=0.03, ears=Ears("leaf", 0.18, 0.075, out=112, at=(0.16, 0.08, 0.18), turn=25),
    tail=Tail("plain", 0.16, 0.035, 35, 30), coat=Coat((0.86, 0.82, 0.74), legs=(0.40, 0.30, 0.22), face=(0.55, 0.42, 0.30), mane=(0.80, 0.74, 0.64)), extras=("goat_horns", "beard"),
)

DEER = Anatomy(
    1.15, length=0.68, chest=(0.25, 0.38), loin=(0.22, 0.31), rump=(0.25, 0.34), croup=1.0, dip=0.02, elbow=0.60, wrist=0.31, knee=0.61, hock=0.35, angle=0.9,
    fore=(0.072, 0.042, 0.025), hind=(0.112, 0.054, 0.027), stance=(0.085, 0.085), foot="cloven", foot_size=0.038, neck=0.44, neck_rise=60, neck_radii=(0.150, 0.085), neck_flat=0.72,
    head=HeadShape(length=0.32, pitch=22, skull=(0.18, 0.18, 0.22), skull_at=(0.0, 0.25), muzzle=((-0.04, 0.36, 0.145), (-0.09, 0.87, 0.085)), muzzle_wide=0.85,
                   jaw=((-0.14, 0.32, 0.10), (-0.145, 0.80, 0.055)), cheek=(0.08, -0.09, 0.26, 0.11), brow=(0.10, 0.07, 0.36, 0.06), nose=(-0.055, 0.95, 0.062, 0.05),
                   eye=(62, 10, 0.060), eye_at=0.37, iris=(0.14, 0.08, 0.05)),
    ears=Ears("leaf", 0.17, 0.08, out=58, at=(0.14, 0.13, 0.13), turn=25), tail=Tail("plain", 0.13, 0.04, -40, 0),
    coat=Coat((0.56, 0.34, 0.18), belly=(0.86, 0.76, 0.62), muzzle=(0.40, 0.27, 0.18), tail_tip=(0.95, 0.93, 0.9)), extras=("antlers",),
)
DOE = replace(DEER, extras=())
FAWN = replace(DEER, height=0.60, neck=0.34, extras=(), head=replace(DEER.head, length=0.38, eye=(58, 10, 0.075)),
               coat=replace(DEER.coat, pattern="spots", marks=(0.93, 0.88, 0.78)))

GIRAFFE = Anatomy(
    3.0, length=0.46, chest=(0.20, 0.32), loin=(0.17, 0.24), rump=(0.18, 0.26), croup=0.88, dip=-0.01, elbow=0.62, wrist=0.32, knee=0.60, hock=0.34, angle=0.55,
    fore=(0.062, 0.038, 0.024), hind=(0.080, 0.044, 0.025), stance=(0.065, 0.065), foot="cloven", foot_size=0.036, neck=0.72, neck_rise=66, neck_radii=(0.135, 0.052), neck_flat=0.75,
    head=HeadShape(length=0.22, pitch=28, skull=(0.19, 0.18, 0.23), skull_at=(0.0, 0.25), muzzle=((-0.04, 0.36, 0.145), (-0.09, 0.86, 0.105)), muzzle_wide=0.85,
                   jaw=((-0.14, 0.32, 0.10), (-0.155, 0.80, 0.065)), cheek=(0.08, -0.09, 0.26, 0.11), brow=(0.12, 0.07, 0.34, 0.06), nose=None, nostrils=(0.06, -0.04, 0.955, 0.02),
                   eye=(66, 10, 0.056), eye_at=0.35, iris=(0.14, 0.08, 0.05)),
    ears=Ears("leaf", 0.075, 0.036, out=78, at=(0.15, 0.10, 0.10), turn=25), tail=Tail("tuft", 0.30, 0.012, -75, -5),
    coat=Coat((0.93, 0.80, 0.55), pattern="giraffe", marks=(0.56, 0.30, 0.12), mane=(0.36, 0.20, 0.10), hoof=(0.2, 0.15, 0.1)), extras=("giraffe_horns",),
)

ELEPHANT = Anatomy(
    2.9, length=0.62, chest=(0.46, 0.56), loin=(0.46, 0.56), rump=(0.42, 0.52), croup=0.96, dip=-0.05, belly=0.0, elbow=0.46, wrist=0.22, knee=0.44, hock=0.22, angle=0.25,
    fore=(0.115, 0.098, 0.086), hind=(0.14, 0.104, 0.086), stance=(0.145, 0.145), foot="pillar", foot_size=0.07, neck=0.16, neck_rise=22, neck_radii=(0.23, 0.20), neck_flat=0.95,
    head=HeadShape(length=0.42, pitch=30, skull=(0.34, 0.40, 0.36), skull_at=(0.06, 0.40), muzzle=((-0.14, 0.55, 0.24), (-0.30, 0.80, 0.18)), muzzle_wide=1.0,
                   jaw=((-0.30, 0.42, 0.15), (-0.48, 0.62, 0.07)), cheek=(0.18, -0.20, 0.50, 0.16), brow=(0.17, 0.14, 0.64, 0.08), nose=None,
                   eye=(62, -6, 0.030), eye_at=0.56, iris=(0.30, 0.20, 0.10)),
    ears=Ears("fan", 0.40, 0.36, out=152, at=(0.32, 0.26, 0.26), turn=42), tail=Tail("tuft", 0.42, 0.020, -78, 0),
    coat=Coat((0.50, 0.48, 0.47), ears=(0.50, 0.47, 0.46), mane=(0.16, 0.15, 0.15), hoof=(0.7, 0.66, 0.6), roughness=0.9), extras=("trunk", "tusks"),
)

RHINO = Anatomy(
    1.65, length=0.94, chest=(0.46, 0.56), loin=(0.46, 0.56), rump=(0.44, 0.54), croup=0.98, dip=0.03, elbow=0.42, wrist=0.20, knee=0.42, hock=0.20, angle=0.35,
    fore=(0.118, 0.095, 0.080), hind=(0.145, 0.100, 0.080), stance=(0.15, 0.15), foot="pillar", foot_size=0.07, neck=0.26, neck_rise=-2, neck_radii=(0.26, 0.20), neck_flat=0.9,
    head=HeadShape(length=0.50, pitch=28, skull=(0.22, 0.22, 0.25), skull_at=(0.02, 0.26), muzzle=((-0.04, 0.40, 0.17), (-0.06, 0.86, 0.135)), muzzle_wide=0.95,
                   jaw=((-0.16, 0.34, 0.11), (-0.16, 0.80, 0.085)), cheek=(0.12, -0.10, 0.30, 0.13), brow=None, nose=None, nostrils=(0.11, -0.03, 0.93, 0.025),
                   eye=(66, 4, 0.030), eye_at=0.44, iris=(0.15, 0.1, 0.07)),
    ears=Ears("leaf", 0.15, 0.09, out=20, at=(0.15, 0.17, 0.10), turn=25), tail=Tail("tuft", 0.35, 0.022, -75, 0),
    coat=Coat((0.50, 0.48, 0.46), mane=(0.2, 0.19, 0.18), roughness=0.9), extras=("rhino_horn",),
)
HIPPO = replace(
    RHINO, height=1.45, chest=(0.56, 0.66), loin=(0.60, 0.70), rump=(0.54, 0.62), elbow=0.34, wrist=0.17, knee=0.34, hock=0.17, stance=(0.19, 0.19), extras=(),
    neck=0.18, neck_radii=(0.30, 0.26), head=replace(RHINO.head, length=0.62, pitch=16, muzzle=((-0.05, 0.38, 0.19), (-0.08, 0.80, 0.19)), muzzle_wide=1.3,
    jaw=((-0.20, 0.34, 0.13), (-0.22, 0.78, 0.13)), nostrils=(0.12, 0.09, 0.92, 0.022), eye=(60, 28, 0.032), eye_at=0.36), ears=Ears("round", 0.075, 0.07, out=30, at=(0.16, 0.18, 0.14)),
    tail=Tail("plain", 0.22, 0.03, -70, 0), coat=Coat((0.47, 0.38, 0.40), belly=(0.72, 0.55, 0.53), muzzle=(0.60, 0.46, 0.46), roughness=0.5),
)

CAMEL = Anatomy(
    1.80, length=0.70, chest=(0.28, 0.42), loin=(0.24, 0.34), rump=(0.25, 0.34), croup=0.94, dip=-0.02, humps=((0.0, 0.20, 0.20),), elbow=0.58, wrist=0.32, knee=0.58, hock=0.33, angle=0.65,
    fore=(0.080, 0.052, 0.034), hind=(0.105, 0.058, 0.035), stance=(0.095, 0.095), foot="paw", foot_size=0.055, neck=0.62, neck_rise=38, neck_radii=(0.155, 0.072), neck_flat=0.75,
    head=HeadShape(length=0.30, pitch=14, skull=(0.18, 0.18, 0.22), skull_at=(0.0, 0.25), muzzle=((-0.04, 0.36, 0.155), (-0.10, 0.86, 0.115)), muzzle_wide=0.85,
                   jaw=((-0.15, 0.32, 0.10), (-0.18, 0.80, 0.075)), cheek=(0.08, -0.09, 0.26, 0.11), brow=(0.11, 0.09, 0.36, 0.06), nose=None, nostrils=(0.06, -0.02, 0.95, 0.02),
                   eye=(62, 10, 0.056), eye_at=0.37, iris=(0.14, 0.08, 0.05)),
    ears=Ears("round", 0.06, 0.05, out=35, at=(0.13, 0.15, 0.08), turn=25), tail=Tail("tuft", 0.32, 0.02, -75, 0),
    coat=Coat((0.76, 0.58, 0.36), mane=(0.50, 0.34, 0.18), belly=(0.70, 0.52, 0.32)),
)

RABBIT = Anatomy(
    0.20, length=0.80, chest=(0.42, 0.54), loin=(0.50, 0.62), rump=(0.56, 0.68), croup=1.10, dip=-0.10, elbow=0.42, wrist=0.18, knee=0.40, hock=0.16, angle=1.1,
    fore=(0.105, 0.082, 0.068), hind=(0.23, 0.12, 0.080), stance=(0.15, 0.20), foot_size=0.105, neck=0.26, neck_rise=48, neck_radii=(0.25, 0.20), neck_flat=1.0,
    head=HeadShape(length=0.56, pitch=16, skull=(0.29, 0.30, 0.36), skull_at=(0.0, 0.36), muzzle=((-0.05, 0.52, 0.19), (-0.11, 0.82, 0.12)), jaw=((-0.18, 0.46, 0.13), (-0.20, 0.78, 0.07)),
                   cheek=(0.15, -0.12, 0.42, 0.16), pads=(0.065, -0.13, 0.84, 0.085), brow=None, nose=(-0.07, 0.935, 0.042, 0.032), eye=(58, 16, 0.072), eye_at=0.44, iris=(0.16, 0.09, 0.05)),
    ears=Ears("long", 0.62, 0.19, out=16, at=(0.11, 0.24, 0.26), turn=5), tail=Tail("bob", 0.1, 0.12),
    coat=Coat((0.62, 0.50, 0.40), belly=(0.93, 0.90, 0.86), muzzle=(0.78, 0.70, 0.62), nose=(0.80, 0.50, 0.50)), extras=("whiskers",),
)

MOUSE = Anatomy(
    0.055, length=0.90, chest=(0.52, 0.62), loin=(0.62, 0.74), rump=(0.62, 0.72), croup=1.10, dip=-0.12, elbow=0.36, wrist=0.16, knee=0.34, hock=0.16, fore=(0.10, 0.07, 0.055), hind=(0.20, 0.10, 0.06),
    stance=(0.18, 0.22), foot_size=0.085, neck=0.20, neck_rise=22, neck_radii=(0.28, 0.24), neck_flat=1.0,
    head=HeadShape(length=0.72, pitch=18, skull=(0.27, 0.26, 0.32), skull_at=(0.0, 0.32), muzzle=((-0.05, 0.48, 0.19), (-0.09, 0.90, 0.07)), jaw=((-0.16, 0.40, 0.13), (-0.14, 0.80, 0.05)),
                   cheek=(0.13, -0.10, 0.38, 0.15), pads=(0.05, -0.10, 0.84, 0.07), brow=None, nose=(-0.07, 0.965, 0.045, 0.04), eye=(48, 20, 0.066), eye_at=0.46, iris=(0.04, 0.03, 0.03)),
    ears=Ears("round", 0.42, 0.42, out=35, at=(0.20, 0.20, 0.24), turn=15), tail=Tail("plain", 1.7, 0.045, -35, 55),
    coat=Coat((0.55, 0.50, 0.47), belly=(0.90, 0.86, 0.82), inner_ear=(0.92, 0.68, 0.66), tail_tip=(0.85, 0.62, 0.60), nose=(0.88, 0.52, 0.52)), extras=("whiskers",),
)

ZEBRA = replace(HORSE, height=1.35, extras=("mane",), coat=Coat((0.95, 0.94, 0.92), pattern="zebra", marks=(0.06, 0.05, 0.05), muzzle=(0.10, 0.09, 0.09), mane=(0.08, 0.07, 0.07)))
DONKEY = replace(HORSE, height=1.10, neck=0.40, neck_rise=44, head=replace(HORSE.head, length=0.44, muzzle_wide=0.95),
                 ears=Ears("long", 0.27, 0.10, out=22, at=(0.10, 0.14, 0.12), turn=5), tail=Tail("tuft", 0.50, 0.024, -75, 0), extras=("mane",),
                 coat=Coat((0.52, 0.47, 0.43), belly=(0.86, 0.83, 0.78), muzzle=(0.88, 0.85, 0.80), mane=(0.18, 0.15, 0.13)))
UNICORN = replace(HORSE, coat=Coat((0.96, 0.95, 0.96), muzzle=(0.93, 0.80, 0.80), mane=(0.93, 0.62, 0.80), hoof=(0.86, 0.70, 0.36), inner_ear=(0.95, 0.8, 0.82), roughness=0.5),
                  extras=("mane", "unicorn"))

LLAMA = replace(
    CAMEL, height=1.15, humps=(), length=0.72, chest=(0.34, 0.46), loin=(0.32, 0.42), rump=(0.32, 0.42), croup=0.98, neck=0.66, neck_rise=76, neck_radii=(0.17, 0.115), neck_flat=0.9, foot="cloven", foot_size=0.045,
    ears=Ears("leaf", 0.17, 0.065, out=16, at=(0.11, 0.16, 0.12), turn=20), tail=Tail("bob", 0.1, 0.09),
    coat=Coat((0.90, 0.84, 0.72), belly=(0.95, 0.92, 0.86), face=(0.84, 0.74, 0.60), mane=(0.9, 0.84, 0.72)),
)
HYENA = replace(WOLF, height=0.80, croup=0.84, dip=-0.03, neck_rise=34, ears=Ears("round", 0.15, 0.13, out=26, at=(0.15, 0.18, 0.18), turn=15), tail=Tail("bushy", 0.30, 0.04, -60, 10),
                coat=Coat((0.62, 0.52, 0.36), muzzle=(0.20, 0.16, 0.13), pattern="dalmatian", marks=(0.20, 0.15, 0.11), legs=(0.34, 0.27, 0.20)))
RACCOON = replace(
    FOX, height=0.26, chest=(0.36, 0.46), loin=(0.40, 0.50), rump=(0.42, 0.52), croup=1.08, dip=-0.06, elbow=0.42, wrist=0.17, knee=0.42, hock=0.20, stance=(0.13, 0.15),
    ears=Ears("round", 0.20, 0.17, out=34, at=(0.17, 0.19, 0.18), turn=15), tail=Tail("bushy", 0.72, 0.085, -30, 35),
    coat=Coat((0.48, 0.46, 0.44), belly=(0.62, 0.60, 0.56), muzzle=(0.92, 0.90, 0.86), pattern="raccoon", marks=(0.07, 0.065, 0.065), legs=(0.16, 0.15, 0.15)),
)
SKUNK = replace(RACCOON, height=0.20, tail=Tail("bushy", 0.85, 0.12, 25, 60), ears=Ears("round", 0.12, 0.11, out=36, at=(0.16, 0.16, 0.18), turn=15),
                coat=Coat((0.06, 0.06, 0.07), pattern="skunk", marks=(0.95, 0.94, 0.92), inner_ear=(0.2, 0.16, 0.16)))
HAMSTER = replace(
    MOUSE, height=0.07, length=0.72, chest=(0.74, 0.80), loin=(0.82, 0.88), rump=(0.78, 0.84), neck_radii=(0.38, 0.34), head=replace(MOUSE.head, length=0.60, muzzle=((-0.06, 0.46, 0.21), (-0.12, 0.76, 0.13)), nose=(-0.07, 0.87, 0.045, 0.04), pads=(0.07, -0.13, 0.74, 0.10)), ears=Ears("round", 0.22, 0.22, out=38, at=(0.22, 0.22, 0.22), turn=15), tail=Tail("bob", 0.05, 0.06),
    coat=Coat((0.84, 0.58, 0.30), belly=(0.97, 0.95, 0.92), muzzle=(0.97, 0.95, 0.92), inner_ear=(0.92, 0.68, 0.62), nose=(0.88, 0.52, 0.52)),
)
MOOSE = replace(DEER, height=1.9, extras=("palms",), chest=(0.30, 0.46), humps=((0.24, 0.07, 0.20),), neck_rise=34, neck_radii=(0.20, 0.13), head=replace(DEER.head, length=0.42, muzzle=((-0.04, 0.36, 0.15), (-0.10, 0.86, 0.135))),
                coat=Coat((0.30, 0.20, 0.13), muzzle=(0.42, 0.32, 0.24), legs=(0.52, 0.44, 0.36)))
PEGASUS = replace(HORSE, coat=Coat((0.96, 0.96, 0.97), muzzle=(0.90, 0.84, 0.82), mane=(0.97, 0.90, 0.70), hoof=(0.80, 0.64, 0.30), inner_ear=(0.93, 0.8, 0.8), roughness=0.5), extras=("mane", "wings"))
GRIFFIN = replace(
    LION, height=1.08, neck=0.40, neck_rise=56, neck_radii=(0.200, 0.150), chest=(0.34, 0.48),
    head=HeadShape(length=0.40, pitch=14, skull=(0.27, 0.26, 0.32), skull_at=(0.0, 0.32), muzzle=((-0.02, 0.46, 0.17), (-0.04, 0.60, 0.13)),
                   jaw=((-0.12, 0.40, 0.12), (-0.13, 0.56, 0.09)), cheek=(0.14, -0.08, 0.34, 0.13), brow=(0.15, 0.13, 0.46, 0.075), nose=None,
                   eye=(48, 12, 0.062), eye_at=0.40, iris=(0.93, 0.68, 0.10)),
    ears=Ears("pointed", 0.17, 0.075, out=30, at=(0.17, 0.22, 0.14), turn=30),
    coat=Coat((0.72, 0.52, 0.28), belly=(0.84, 0.70, 0.48), pattern="eagle", marks=(0.93, 0.90, 0.82), legs=(0.90, 0.66, 0.16), mane=(0.40, 0.25, 0.13), ears=(0.88, 0.84, 0.74), nose=(0.93, 0.66, 0.14)),
    extras=("beak", "hackles", "wings"),
)

SPECIES: dict[str, Anatomy] = {
    "dog": DOG, "dachshund": DACHSHUND, "bulldog": BULLDOG, "wolf": WOLF, "fox": FOX, "cat": CAT, "lion": LION, "tiger": TIGER, "leopard": LEOPARD,
    "panther": PANTHER, "bear": BEAR, "polar_bear": POLAR_BEAR, "panda": PANDA, "horse": HORSE, "zebra": ZEBRA, "donkey": DONKEY, "unicorn": UNICORN,
    "cow": COW, "bull": BULL, "pig": PIG, "boar": BOAR, "sheep": SHEEP, "ram": RAM, "goat": GOAT, "deer": DEER, "doe": DOE, "fawn": FAWN,
    "giraffe": GIRAFFE, "elephant": ELEPHANT, "rhino": RHINO, "hippo": HIPPO, "camel": CAMEL, "rabbit": RABBIT, "mouse": MOUSE,
    "llama": LLAMA, "hyena": HYENA, "raccoon": RACCOON, "skunk": SKUNK, "hamster": HAMSTER, "moose": MOOSE, "pegasus": PEGASUS, "griffin": GRIFFIN,
}
