"""Encode the names of all families of the kit beforehand: ``python -m tools.encode_phrases`` (after a family changed).

A prompt with an unknown noun is compared with all of them; to encode them at that moment takes seconds.
"""

from __future__ import annotations

import numpy as np
from pocket3d_server.models.builtin_text.families import all_families
from pocket3d_server.models.builtin_text.router import Router
from pocket3d_server.models.language.encoder import ENCODED, encode_afresh


def phrases() -> list[str]:
    """What the kit's router compares with, sorted."""
    return sorted(set(Router(all_families()).phrases))


def main() -> int:
    """Write the file that ``encode`` looks into."""
    names = phrases()
    vectors = encode_afresh(names).astype(np.float16)
    np.savez_compressed(ENCODED, phrases=np.frombuffer("\n".join(names).encode(), np.uint8), vectors=vectors)
    print(f"{len(names)} phrases, {ENCODED.stat().st_size / 1e6:.1f} MB: {ENCODED}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
