"""Who accepted which model's licence, and when: one small file, read again when it has changed."""

from __future__ import annotations

import json
import logging
import os
import secrets
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from pocket3d_server.locks import try_lock
from pocket3d_server.models.engine import ModelSpec
from pocket3d_server.times import now, stamp

log = logging.getLogger(__name__)

PATIENCE_S = 5.0


@dataclass(frozen=True)
class Acceptance:
    """One model's licence, accepted."""

    licence: str
    url: str
    name: str
    """In whose name."""
    account: str
    """By which account, or ``cli``."""
    accepted_at: str


class Licences:
    """The acceptances in a file; any number of processes may use it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int] = (0, 0)
        self._known: dict[str, Acceptance] = {}
        self._damaged = False

    def accepted(self, spec: ModelSpec) -> Acceptance | None:
        """Who accepted the model's licence as it is now; other terms under the same model do not count."""
        terms = spec.licence_terms
        found = self._read().get(spec.model_id)
        return found if found and terms and (found.licence, found.url) == (terms.name, terms.url) else None

    def accept(self, spec: ModelSpec, name: str, account: str) -> Acceptance:
        """Note that ``name`` has accepted. A second time changes nothing."""
        terms = spec.licence_terms
        if terms is None:
            raise ValueError(f"{spec.model_id} has no terms to accept")
        if found := self.accepted(spec):
            return found
        made = Acceptance(terms.name, terms.url, name, account, stamp(now()))
        self._change(spec.model_id, made)
        log.info("the licence %s of %s was accepted by %s (%s)", terms.name, spec.model_id, name, account)
        return made

    def withdraw(self, spec: ModelSpec) -> None:
        """Take the acceptance back."""
        if spec.model_id in self._read():
            self._change(spec.model_id, None)
            log.info("the acceptance of the licence of %s was withdrawn", spec.model_id)

    def _read(self) -> dict[str, Acceptance]:
        try:
            facts = self.path.stat()
        except FileNotFoundError:
            return {}
        seen = (facts.st_mtime_ns, facts.st_ino)
        if seen != self._seen:
            self._seen, self._known, self._damaged = seen, {}, False
            try:
                stored = json.loads(self.path.read_text(encoding="utf-8"))
                self._known = {model_id: Acceptance(**entry) for model_id, entry in stored.items()}
            except (ValueError, TypeError, AttributeError):
                self._damaged = True
                log.error("%s is damaged: no licence counts as accepted until it is accepted anew", self.path)
        return self._known

    def _change(self, model_id: str, entry: Acceptance | None) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.with_suffix(".lock").open("a+b") as lock:
            deadline = time.monotonic() + PATIENCE_S
            while not try_lock(lock):
                if time.monotonic() > deadline:
                    raise TimeoutError(f"{self.path} is locked by another process")
                time.sleep(0.05)
            kept = {k: v for k, v in self._read().items() if k != model_id} | (
                {model_id: entry} if entry else {}
            )
            temporary = self.path.with_name(f".{self.path.name}.{secrets.token_hex(4)}")
            text = json.dumps({k: asdict(v) for k, v in kept.items()}, indent=2, ensure_ascii=False)
            temporary.write_text(text + "\n", encoding="utf-8")
            if self._damaged:
                os.replace(self.path, self.path.with_suffix(".damaged"))
            os.replace(temporary, self.path)
