"""The calls of Ray, with its errors in our words. Only the process that is part of a cluster makes them (``ray_member``)."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from pocket3d_server.config import SettingsError
from pocket3d_server.runners.fleet import NodeFacts

if TYPE_CHECKING:
    from pocket3d_server.runners.fleet import Orders

PATIENCE_S = 5.0
INSTALL = 'Install it with: pip install "pocket3d-server[ray]"'


class NodeLostError(Exception):
    """A node's actor has ended, or never began; the message says why."""


class Cluster:
    """A cluster that this process is part of. Raises SettingsError when that cannot be."""

    def __init__(self, address: str, namespace: str) -> None:
        try:
            import ray
        except ImportError as error:
            raise SettingsError(
                f"runner 'ray' needs the package ray, which is not installed. {INSTALL}"
            ) from error
        self._ray = ray
        _knock(address)
        _join(ray, address, namespace)
        self._namespace = namespace

    def nodes(self) -> dict[str, NodeFacts]:
        """All that are alive and have something to compute on, by id."""
        found = {}
        for node in self._ray.nodes():
            cpus, gpus = (node["Resources"].get(name, 0.0) for name in ("CPU", "GPU"))
            if node["Alive"] and (cpus or gpus):
                node_id = node["NodeID"]
                found[node_id] = NodeFacts(node_id, node["NodeManagerHostname"], cpus, gpus)
        return found

    def begin(self, name: str, node: NodeFacts, orders: Orders, neighbours: Collection[str]) -> Any:
        """Start our actor on a node, with all its GPUs. It ends when this process does."""
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        from pocket3d_server.runners.ray_node import CALLS, RayNode

        remote = self._ray.remote(num_cpus=0, concurrency_groups=CALLS)(RayNode)
        return remote.options(
            name=name,
            namespace=self._namespace,
            num_gpus=node.gpus,
            max_restarts=0,
            max_task_retries=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node.node_id, soft=False),
        ).remote(orders, int(node.cpus), neighbours)

    def end(self, actor: Any) -> None:
        """Kill an actor; one that is gone is no error."""
        with contextlib.suppress(Exception):
            self._ray.kill(actor)

    def end_what_was_left(self) -> None:
        """Kill the actors of servers before us on the same data, should Ray not have done so yet."""
        for found in self._ray.util.list_named_actors(all_namespaces=True):
            if found["namespace"] == self._namespace:
                with contextlib.suppress(ValueError):
                    self.end(self._ray.get_actor(found["name"], namespace=self._namespace))

    def get(self, answer: Any) -> Any:
        """What an actor has answered; waits for it."""
        return self._ray.get(answer)

    def read(self, get: Callable[[], Any]) -> Any:
        """An answer, or None when the actor could not be reached just now. Raises NodeLostError."""
        errors = self._ray.exceptions
        try:
            return get()
        except errors.ActorUnavailableError:
            return None
        except errors.RayTaskError as error:
            raise NodeLostError(_last_line(str(error.cause or error))) from error
        except errors.RayError as error:
            raise NodeLostError(_last_line(str(error))) from error

    def wait_for_all(self, answers: list[Any], seconds: float) -> None:
        """Wait until all have come, or so many seconds."""
        if answers:
            self._ray.wait(answers, num_returns=len(answers), timeout=seconds, fetch_local=False)

    def leave(self) -> None:
        """Part from the cluster."""
        self._ray.shutdown()


def _knock(address: str) -> None:
    """Ray itself would try for two minutes and more. Raises SettingsError when nobody listens."""
    host, colon, port = address.rpartition(":")
    if not colon:  # "auto"
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), PATIENCE_S).close()
    except (OSError, ValueError) as error:
        raise SettingsError(_unreachable(address, error)) from error


def _join(ray: Any, address: str, namespace: str) -> None:
    try:
        ray.init(
            address=address,
            namespace=namespace,
            log_to_driver=False,
            configure_logging=False,
            include_dashboard=None,
        )
    except RuntimeError as error:
        if "ersion mismatch" in str(error):
            raise SettingsError(
                f"the Ray cluster at {address} has other versions than this server: {_last_line(str(error))} "
                "Install the same Python and the same ray on the server and on all nodes."
            ) from error
        raise SettingsError(_unreachable(address, error)) from error
    except (ConnectionError, ValueError, TimeoutError) as error:
        raise SettingsError(_unreachable(address, error)) from error


def _unreachable(address: str, error: Exception) -> str:
    return (
        f"the Ray cluster at {address} cannot be reached ({_last_line(str(error))}). Start its head with "
        "'ray start --head', and on this machine 'ray start --address HEAD:6379'; then set POCKET3D_RAY_ADDRESS."
    )


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no reason was given"
