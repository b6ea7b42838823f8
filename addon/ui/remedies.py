"""The button for every remedy."""

from __future__ import annotations

from ..core.errors import Remedy

REMEDIES: dict[Remedy, tuple[str, str]] = {
    Remedy.INSTALL: ("pocket3d.server_install", "IMPORT"),
    Remedy.START: ("pocket3d.server_start", "PLAY"),
    Remedy.RECONNECT: ("pocket3d.server_check", "FILE_REFRESH"),
    Remedy.PREFERENCES: ("pocket3d.open_preferences", "PREFERENCES"),
    Remedy.ONLINE_ACCESS: ("pocket3d.allow_online", "INTERNET"),
    Remedy.DIAGNOSE: ("pocket3d.diagnose", "VIEWZOOM"),
    Remedy.UPDATE: ("pocket3d.server_update", "IMPORT"),
    Remedy.MODELS: ("pocket3d.show_models", "PRESET"),
    Remedy.LOG: ("pocket3d.open_log", "TEXT"),
}
"""The button for each remedy: operator and icon. RETRY needs a job and is drawn with it."""
