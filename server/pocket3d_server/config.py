"""The server's settings: defaults, then ``POCKET3D_*`` environment variables, then the command line."""

from __future__ import annotations

import ipaddress
import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from pocket3d_server.loopback import is_loopback

PREFIX = "POCKET3D_"
DEFAULT_PORT = 7263

MB = 1024 * 1024


class SettingsError(Exception):
    """A setting cannot be used; the message says which and why."""


def default_data_dir() -> Path:
    """Where this user's server keeps its data unless told otherwise."""
    if sys.platform == "win32":
        place = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        place = Path.home() / "Library" / "Application Support"
    else:
        place = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return place / "pocket3d-server"


def default_parallel() -> int:
    """Jobs on the CPU at the same time: one for each core, at most four."""
    return max(1, min(4, os.cpu_count() or 1))


class Settings(BaseModel):
    """All settings. Every field can be set with an environment variable, e.g. ``POCKET3D_PORT``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    data_dir: Path = Field(default_factory=default_data_dir)
    """Database, files, secrets and token; ``pocket3d-server backup`` makes an archive of them."""
    database_url: str = ""
    """SQLAlchemy URL; empty means SQLite in ``data_dir``."""

    secrets_dir: Path | None = None
    """Where the secrets lie that sign tokens and download links; ``data_dir`` by default. Servers that answer for
    one another share it."""
    limits_url: str = ""
    """Where rate limits are counted, e.g. ``redis://host:6379/0``, for servers that answer for one another; empty
    means in this server's memory."""

    host: str = "127.0.0.1"
    port: int = Field(DEFAULT_PORT, ge=0, le=65535)
    """0 lets the system choose; ``port_file`` then tells which."""
    allowed_hosts: list[str] = Field(default_factory=list)
    """More names that ``Host`` and ``Origin`` may bear on a loopback server."""
    allowed_origins: list[str] = Field(default_factory=list)
    """Web pages that may use the server from a browser, e.g. ``https://studio.example``; ``*`` for all."""
    token_file: Path | None = None
    """Where the per-install token lies; ``data_dir/token`` by default."""
    port_file: Path | None = None
    """JSON written when the server listens; see ``serving.write_port_file``."""
    no_auth: bool = False
    """Loopback only: every request is the local operator's."""
    parent_pids: list[int] = Field(default_factory=list)
    """The server ends when the last of these processes has ended."""

    drain_seconds: float | None = Field(None, ge=0)
    """What running jobs get to finish when the server is told to stop; see ``drain_time``."""

    log_format: Literal["text", "json"] = "text"
    """Lines for people, or one JSON object a line."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    models_dir: Path | None = None
    """Where the weights of models lie; ``data_dir/models`` by default. Several servers may share it."""
    extra_engines: list[str] = Field(default_factory=list)
    """Engines beside the installed ones, each ``module:Class``; comma-separated in the environment."""
    runner: Literal["local", "ray"] = "local"
    """Where models run: on this machine, or on the nodes of a Ray cluster (docs/fleet.md)."""
    ray_address: str = "auto"
    """The cluster: ``auto`` for the one that this machine is part of, or its head's ``HOST:6379``."""
    cpu_jobs: int = Field(default_factory=default_parallel, ge=1)
    """Jobs that run on the CPU at the same time."""
    warm_processes: int = Field(8, ge=1)
    """Idle runner processes kept beyond the running ones."""
    idle_seconds: float = Field(900, gt=0)
    """An idle runner process ends after this long and gives its memory back."""
    memory_mb: int = Field(0, ge=0)
    """What all runner processes may hold of this machine's memory; 0 means nine tenths of it."""
    ageing_seconds: float = Field(300, gt=0)
    """Waiting that outweighs one step of a tier's priority."""
    job_time_limit: float = Field(30 * 60, gt=0)
    """Seconds one attempt may run; more for a model that typically takes over a quarter of it (`ModelSpec.time_limit`)."""
    lease_seconds: float = Field(15, gt=0)
    """A job whose server has not been heard of for this long goes to another."""
    max_attempts: int = Field(3, ge=1)
    """Tries of a job whose runner dies, before it is quarantined; errors of the model are never tried again."""
    max_lost_servers: int = Field(25, ge=1)
    """A job is quarantined when this many servers died while it ran: it may be what kills them. Far more than
    ``max_attempts``, for most jobs just happen to run when a server dies; their pauses grow meanwhile."""

    anonymous_requests_per_minute: int = Field(60, ge=1)
    """Requests without valid credentials that one address may make, so that keys cannot be guessed at speed."""
    queue_limit: int = Field(1000, ge=1)
    """Queued jobs per account."""
    max_file_bytes: int = Field(500 * MB, ge=1)
    max_files: int = Field(10, ge=1)
    max_body_bytes: int = Field(96 * MB, ge=1)
    """JSON bodies that may hold images: ten of several MB in base64."""
    max_image_pixels: int = Field(64_000_000, ge=1)
    connections_per_address: int = Field(500, ge=0)
    """Connections that one address may hold open at a time; 0 means any number. This machine's own and those of
    ``trusted_proxies`` are not limited."""
    trusted_proxies: list[str] = Field(default_factory=list)
    """Addresses or networks of proxies whose ``X-Forwarded-For`` and ``X-Forwarded-Proto`` are believed, e.g.
    ``127.0.0.1`` or ``10.0.0.0/8``. Without them all clients behind a proxy share its address, and its limits."""
    read_timeout: int = Field(60, ge=1)
    """Seconds that a client may be silent in the middle of its request."""

    storage_url: str = ""
    """Where uploads and outputs are kept: a URL of fsspec's, e.g. ``s3://bucket/prefix``; empty means ``data_dir``.
    What lies there belongs to this server's database alone."""
    storage_quota_mb: int = Field(0, ge=0)
    """What each account may store; 0 means as much as its tier says."""
    min_free_mb: int = Field(500, ge=0)
    """Kept free on the disk of ``data_dir``: uploads and submits that would take it are refused."""
    keep_uploads_days: float = Field(30, ge=0)
    """Uploads that no job has used for this long are deleted; 0 means never."""
    keep_outputs_days: float = Field(0, ge=0)
    """Results are deleted this long after they were made or last used; their jobs stay. 0 means never."""

    public_url: str = ""
    """By which address clients reach the server, for links in answers, e.g. ``https://api.example.org``; empty
    means the address by which each request came."""
    link_seconds: int = Field(3600, ge=1)
    """Life of a download link."""
    link_keys: list[str] = Field(default_factory=list)
    """Secrets that sign download links, the newest last; empty means those in the file of that name in
    ``secrets_dir``."""

    @model_validator(mode="after")
    def _reachable(self) -> Settings:
        if self.public_url and not self.public_url.startswith(("http://", "https://")):
            raise ValueError("public_url must begin with http:// or https://")
        if self.storage_url and "://" not in self.storage_url:
            raise ValueError("storage_url must be a URL, e.g. s3://bucket/prefix or file:///folder")
        if self.storage_url.startswith("memory:"):
            raise ValueError(
                "runner processes cannot see the server's memory; use file:///folder as storage_url"
            )
        return self

    webhook_allow_private: bool | None = None
    """Whether webhooks may lead to private and loopback addresses. Unset, those of this machine's own user (the
    token in the token file) may, those of accounts with API keys may not."""

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.no_auth and not self.is_loopback:
            raise ValueError("no_auth is for loopback only; remove it or use --host 127.0.0.1")
        return self

    @field_validator("allowed_origins")
    @classmethod
    def _origins(cls, given: list[str]) -> list[str]:
        origins = [origin.lower().rstrip("/") for origin in given]
        for origin in origins:
            if origin != "*" and not re.fullmatch(r"https?://[^/@?#\s*]+", origin):
                raise ValueError(
                    f"{origin!r} is no origin; write scheme and host, e.g. https://studio.example"
                )
        return origins

    @field_validator("trusted_proxies")
    @classmethod
    def _networks(cls, given: list[str]) -> list[str]:
        for network in given:
            try:
                ipaddress.ip_network(network, strict=False)
            except ValueError:
                raise ValueError(
                    f"{network!r} is neither an address nor a network; write e.g. 127.0.0.1 or 10.0.0.0/8"
                ) from None
        return given

    @model_validator(mode="after")
    def _named_pages(self) -> Settings:
        if "*" in self.allowed_origins and self.is_loopback:
            raise ValueError("allowed_origins: name the pages that may use a server on this machine, not '*'")
        return self

    @field_validator("ray_address")
    @classmethod
    def _head(cls, given: str) -> str:
        if given.startswith("ray://"):
            raise ValueError(
                "ray:// leads to Ray's client, through which files would go twice; make this machine part of the "
                "cluster ('ray start --address HEAD:6379 --num-cpus 0 --num-gpus 0'), and name the head: HEAD:6379"
            )
        if given != "auto" and not re.fullmatch(r"[^\s/@]+:\d+", given):
            raise ValueError(
                "name the cluster's head, e.g. HEAD:6379, or 'auto' where this machine is part of it"
            )
        return given

    @property
    def drain_time(self) -> float:
        """Seconds for running jobs at the end: 30, but none for a server that ends with its parents, who wait."""
        if self.drain_seconds is None:
            return 0.0 if self.parent_pids else 30.0
        return self.drain_seconds

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in use."""
        return self.database_url or f"sqlite:///{self.data_dir / 'pocket3d.db'}"

    @property
    def signing_path(self) -> Path:
        """Where the secrets lie that sign tokens."""
        return (self.secrets_dir or self.data_dir) / "jwt_secret"

    @property
    def link_keys_path(self) -> Path:
        """Where the secrets lie that sign download links, unless ``link_keys`` gives them."""
        return (self.secrets_dir or self.data_dir) / "link_keys"

    @property
    def token_path(self) -> Path:
        """Where the per-install token lies."""
        return self.token_file or self.data_dir / "token"


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """Settings from the environment and ``overrides`` (None values are skipped). Raises SettingsError."""
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        text = environ.get(PREFIX + name.upper())
        if text is not None:
            is_list = "list" in str(field.annotation)
            values[name] = [part.strip() for part in text.split(",") if part.strip()] if is_list else text
    values.update({name: value for name, value in (overrides or {}).items() if value is not None})
    try:
        return Settings.model_validate(values)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, e['loc'])) or 'settings'}: {e['msg']}" for e in error.errors()
        )
        raise SettingsError(problems) from error
