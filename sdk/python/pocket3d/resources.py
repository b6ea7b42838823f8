"""What the server keeps, and the server itself: jobs, files, models, webhooks, account, state."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from .transport import DownloadProgress, Transport
from .types import (
    Account,
    CreditEntry,
    Health,
    Job,
    JobPage,
    Metrics,
    Model,
    StoredFile,
    Webhook,
    Workers,
    job_id_of,
)


class Resource:
    """A chapter of the API on one transport."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def _rows(self, path: str, name: str, **query: str | None) -> Iterator[dict[str, Any]]:
        """The rows of all pages."""
        while True:
            page = self._transport.json("GET", path, params=query)
            yield from page[name]
            query["cursor"] = page.get("next_cursor")
            if not query["cursor"]:
                return


class JobsResource(Resource):
    """Jobs of every feature, each by its id or as a ``Job``. ``client.download`` fetches what one made."""

    def get(self, job: str | Job) -> Job:
        """The job as it is now."""
        return Job.from_dict(self._transport.json("GET", f"/jobs/{job_id_of(job)}"))

    def list(
        self, *, limit: int | None = None, cursor: str | None = None, status: str | None = None
    ) -> JobPage:
        """One page of this account's jobs, newest first."""
        query = {"limit": limit, "cursor": cursor, "status": status}
        return JobPage.from_dict(self._transport.json("GET", "/jobs", params=query))

    def iterate(self, *, status: str | None = None) -> Iterator[Job]:
        """All jobs of this account, newest first, fetched page by page."""
        return (Job.from_dict(row) for row in self._rows("/jobs", "jobs", status=status))

    def cancel(self, job: str | Job) -> Job:
        """Stop a job; one that was cancelled already stays so. Raises CONFLICT when it has completed or failed."""
        return Job.from_dict(self._transport.json("POST", f"/jobs/{job_id_of(job)}/cancel", retry=True))

    def delete(self, job: str | Job) -> None:
        """Remove a job and its files from the server."""
        self._transport.send("DELETE", f"/jobs/{job_id_of(job)}")


class FilesResource(Resource):
    """Files by the paths that results and uploads give: previews, results, uploads."""

    def download(self, path: str, to: str | Path, on_progress: DownloadProgress | None = None) -> Path:
        """Stream ``outputs/…`` or ``uploads/…`` to a local file and return its path."""
        return self._transport.download(f"/files/{path}", Path(to), on_progress)

    def iterate(self) -> Iterator[StoredFile]:
        """All files that the server keeps for this account, newest first, fetched page by page."""
        return (StoredFile.from_dict(row) for row in self._rows("/files", "files"))

    def delete(self, path: str) -> None:
        """Remove a file from the server. Raises CONFLICT while a job needs it."""
        self._transport.send("DELETE", f"/files/{path}")


class ModelsResource(Resource):
    """The server's models: licences and weights. What changes something needs the server's own token or the scope
    ``system``; ``Model.may_manage`` says whether this key may."""

    def list(self) -> list[Model]:
        """Every model the server knows, with why it cannot be used if so."""
        return [Model.from_dict(m) for m in self._transport.json("GET", "/mesh/models")["models"]]

    def get(self, model_id: str) -> Model:
        """One model as it is now."""
        return self._send("GET", model_id)

    def accept_licence(self, model_id: str, name: str, licence: str | None = None) -> Model:
        """Accept a model's licence in the name of a person or company; the server notes it with the time.

        With ``licence``, the name of the terms that were read, nothing is accepted if they have changed since.
        """
        body = {"accept": True, "name": name, **({"licence": licence} if licence else {})}
        return self._send("POST", model_id, "/licence", json=body, retry=True)

    def withdraw_licence(self, model_id: str) -> Model:
        """Take the acceptance back; the model does not run any more."""
        return self._send("POST", model_id, "/licence", json={"accept": False}, retry=True)

    def install(self, model_id: str) -> Model:
        """Begin to download a model's weights, or go on; ``get`` shows how far it is."""
        return self._send("POST", model_id, "/install", retry=True)

    def cancel_install(self, model_id: str) -> Model:
        """Stop the download; what has arrived stays for the next time."""
        return self._send("DELETE", model_id, "/install")

    def remove(self, model_id: str) -> Model:
        """Delete a model's weights from the server; what other models need as well stays."""
        return self._send("DELETE", model_id, "/weights")

    def _send(self, method: str, model_id: str, path: str = "", **options: Any) -> Model:
        return Model.from_dict(
            self._transport.json(method, f"/models/{quote(model_id, safe='')}{path}", **options)
        )


class WebhooksResource(Resource):
    """Addresses that the server tells of events; ``verify_webhook`` checks what it sends."""

    def create(self, url: str, events: Sequence[str], secret: str | None = None) -> Webhook:
        """Register an address. The answer is the only one that shows a secret which the server made."""
        body = {"url": url, "events": list(events), **({"secret": secret} if secret else {})}
        return Webhook.from_dict(self._transport.json("POST", "/webhooks", json=body))

    def list(self) -> list[Webhook]:
        """All webhooks of the account."""
        return [Webhook.from_dict(w) for w in self._transport.json("GET", "/webhooks")["webhooks"]]

    def delete(self, webhook_id: str) -> None:
        """Remove a webhook."""
        self._transport.send("DELETE", f"/webhooks/{quote(webhook_id, safe='')}")

    def ping(self, webhook_id: str) -> None:
        """Send a test event; it is delivered like any other."""
        self._transport.send("POST", f"/webhooks/{quote(webhook_id, safe='')}/ping")


class AccountResource(Resource):
    """Whose key it is, and what it may still do."""

    def get(self) -> Account:
        """Tier, credits, limits and usage of the key's account."""
        return Account.from_dict(self._transport.json("GET", "/account"))

    def usage(self) -> Iterator[CreditEntry]:
        """The ledger of the account's credits, newest first; an account that is not metered has none."""
        return (CreditEntry.from_dict(row) for row in self._rows("/account/usage", "entries"))


class SystemResource(Resource):
    """The server itself."""

    def health(self) -> Health:
        """Whether the server works, its GPUs and its queue."""
        return Health.from_dict(self._transport.json("GET", "/system/health"))

    def metrics(self) -> Metrics:
        """Counters since the server was set up."""
        return Metrics.from_dict(self._transport.json("GET", "/system/metrics"))

    def add_parent(self, pid: int) -> list[int]:
        """Keep a server on this machine, started by another program, alive for the process ``pid`` too.

        Returns all processes that it stays for; none when it never ends by itself. Needs the local token.
        Raises CONFLICT when the server is about to end.
        """
        answer = self._transport.json("POST", "/system/parents", json={"pid": pid}, retry=True)
        return [int(p) for p in answer["parents"]]

    def workers(self) -> Workers:
        """The processes that run models."""
        return Workers.from_dict(self._transport.json("GET", "/system/workers"))
