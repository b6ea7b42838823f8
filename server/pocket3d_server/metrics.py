"""What the server counts and times about itself, for Prometheus.

One ``Metrics`` belongs to one server and has a registry of its own. Its labels take few values by
construction: routes are templates, models are the installed ones, reasons are the constants of their modules.
What is known to others anyway (the queue, GPUs, storage) is asked of them when Prometheus asks us:
``api/operations.py`` does that.
"""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.process_collector import ProcessCollector

disable_created_metrics()  # the time of birth of each series: twice the lines, and nobody reads them

REQUEST_BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60)
JOB_BUCKETS_S = (0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800, 3600)
RUNNER_COUNTERS = ("runner_starts", "runner_ends")
"""Those of ``Metrics`` that runners on other machines count too."""
TURN_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5)


class Metrics:
    """The instruments of one server."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._of_requests: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        """Found once for each kind of request: this is on the path of all of them."""
        self._requests = Counter(
            "pocket3d_http_requests", "Answered requests.", ["method", "route", "status"], registry=registry
        )
        self._request_seconds = Histogram(
            "pocket3d_http_request_seconds",
            "Time from a request's head to its answer's last byte; streams are left out.",
            ["method", "route"],
            buckets=REQUEST_BUCKETS_S,
            registry=registry,
        )
        self.open_streams = Gauge(
            "pocket3d_open_streams", "Open WebSockets and event streams.", ["kind"], registry=registry
        )
        self.job_events = Counter(
            "pocket3d_job_events", "Events written to the log of a job.", ["event"], registry=registry
        )
        self.job_errors = Counter(
            "pocket3d_job_errors", "Jobs that ended in an error, by its code.", ["code"], registry=registry
        )
        self.queue_wait = Histogram(
            "pocket3d_job_wait_seconds",
            "Time from submit to the start of the first attempt.",
            ["feature"],
            buckets=JOB_BUCKETS_S,
            registry=registry,
        )
        self.processing = Histogram(
            "pocket3d_job_processing_seconds",
            "Time of the last attempt of jobs that completed.",
            ["model"],
            buckets=JOB_BUCKETS_S,
            registry=registry,
        )
        self.runner_starts = Counter(
            "pocket3d_runner_starts", "Runner processes started.", ["model"], registry=registry
        )
        self.runner_ends = Counter(
            "pocket3d_runner_ends",
            "Runner processes that ended: died by themselves, or killed, and why.",
            ["model", "reason"],
            registry=registry,
        )
        self.scheduler_turn = Histogram(
            "pocket3d_scheduler_turn_seconds",
            "Work of one turn of the scheduler, without its waiting.",
            buckets=TURN_BUCKETS_S,
            registry=registry,
        )
        self.webhook_deliveries = Counter(
            "pocket3d_webhook_deliveries", "Attempts to deliver a webhook.", ["outcome"], registry=registry
        )

    def of_runners(self) -> dict[tuple[str, ...], float]:
        """How many runners have started and ended so far, by the counter's name and its labels."""
        return {
            (name, *sample.labels.values()): sample.value
            for name in RUNNER_COUNTERS
            for family in getattr(self, name).collect()
            for sample in family.samples
        }

    def add_runners(self, counts: dict[tuple[str, ...], float]) -> None:
        """So many more have started and ended elsewhere."""
        for (name, *labels), count in counts.items():
            getattr(self, name).labels(*labels).inc(count)

    def request(self, method: str, route: str, status: int, seconds: float, *, stream: bool) -> None:
        """A request has been answered."""
        found = self._of_requests.get((method, route, status))
        if found is None:
            found = (
                self._requests.labels(method, route, str(status)),
                self._request_seconds.labels(method, route),
            )
            self._of_requests[method, route, status] = found
        count, times = found
        count.inc()
        if not stream:
            times.observe(seconds)
