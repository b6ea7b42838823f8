"""What a person does with servers, in the background, and what came of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from ..errors import Problem, explain
from ..files import size_text
from .diagnosis import data_size, diagnose, environment_size, log_text
from .installer import CANCELLED
from .local_server import LocalServer
from .profiles import Profile
from .trial import Trial, try_out


class Control:
    """Buttons call this; it returns at once. Everything else may be read at any moment."""

    def __init__(self, local: Callable[[], LocalServer], on_change: Callable[[], None]) -> None:
        self._local = local
        self._on_change = on_change
        self.problem: Problem | None = None
        """What went wrong last."""
        self.notice = ""
        """Something to know about what was done last."""
        self.doing = ""
        """What is under way, other than what ``LocalServer.step`` shows."""
        self.report = ""
        """The last diagnosis."""
        self.log = ""
        """The ends of the logs, as last read."""
        self.sizes: dict[str, str] = {}
        """Of ``environment`` and ``data`` in words, as last measured."""
        self.trials: dict[tuple[str, str], Trial] = {}
        """By address and key of the profile."""

    @property
    def state(self) -> object:
        """Differs when something that is drawn has changed."""
        return (
            self.problem,
            self.notice,
            self.doing,
            len(self.report),
            *self.sizes.items(),
            *self.trials.items(),
        )

    def install(self) -> None:
        """Install the bundled server and start it."""

        def work() -> None:
            self._local().install()
            self._local().start()
            self._measure()

        self._do("Installing", work)

    def update(self) -> None:
        """Install this version's server beside the one in use and change over; repairs too."""

        def work() -> None:
            self.notice = self._local().update()
            self._measure()

        self._do("Updating", work)

    def cancel_install(self) -> None:
        """Stop an installation."""
        self._local().cancel_install()

    def start(self) -> None:
        """Start the bundled server."""
        self._do("Starting", self._local().start)

    def stop(self) -> None:
        """Stop the bundled server."""
        self._do("Stopping", self._local().stop)

    def uninstall(self) -> None:
        """Remove the bundled server, not its data."""

        def work() -> None:
            self._local().uninstall()
            self._measure()

        self._do("Uninstalling", work)

    def delete_data(self) -> None:
        """Remove the bundled server's jobs and files."""

        def work() -> None:
            self._local().delete_data()
            self._measure()

        self._do("Deleting", work)

    def look(self) -> None:
        """Find out what is installed, in silence; for where another server is used."""
        threading.Thread(target=lambda: self._local().installed, name="pocket3d-look", daemon=True).start()

    def measure(self) -> None:
        """Find out the sizes on disk, in silence."""
        threading.Thread(target=self._measure, name="pocket3d-measure", daemon=True).start()

    def _measure(self) -> None:
        local = self._local()
        self.sizes = {
            "environment": size_text(environment_size(local)),
            "data": size_text(data_size(local)),
        }

    def diagnose(self, blender: str) -> None:
        """Write ``report``."""

        def work() -> None:
            self.report = diagnose(self._local(), blender)

        self._do("Diagnosing", work)

    def read_log(self) -> None:
        """Read ``log``."""

        def work() -> None:
            self.log = log_text(self._local())

        self._do("Reading", work)

    def try_out(self, profile: Profile, online_access: bool) -> None:
        """Find out what answers at a remote server."""
        key = (profile.url, profile.token)
        self.trials[key] = replace(self.trials.get(key, Trial()), running=True)

        def work() -> None:
            self.trials[key] = try_out(profile, online_access)

        self._do("Testing", work)

    def dismiss(self) -> None:
        """Show problem and notice no longer."""
        self.problem, self.notice = None, ""

    def _do(self, doing: str, work: Callable[[], object]) -> None:
        self.dismiss()
        self.doing = doing

        def run() -> None:
            try:
                work()
            except Exception as error:
                problem = explain(error)
                self.problem = None if problem.code == CANCELLED else problem
            self.doing = ""
            self._on_change()

        threading.Thread(target=run, name="pocket3d-server", daemon=True).start()
