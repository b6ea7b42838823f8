"""The files of ``deploy/``: what they name exists, and what can be read or run without their programs is."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from live import LiveServer
from pocket3d_server.app import create_app
from pocket3d_server.config import Settings, load
from sqlalchemy import make_url

from tools import containers, environments

ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()
UNIT = (DEPLOY / "systemd" / "pocket3d.service").read_text()


def test_every_setting_exists() -> None:
    """A misspelt variable would be ignored in silence."""
    elsewhere = {"POCKET3D_NAME", "POCKET3D_UPSTREAM", "POCKET3D_DB_PASSWORD"}  # Compose's and Caddy's own
    for text in (DOCKERFILE, COMPOSE, UNIT):
        for name in set(re.findall(r"POCKET3D_[A-Z_]+", text)) - elsewhere:
            assert name.removeprefix("POCKET3D_").lower() in Settings.model_fields, name


def test_the_image_is_what_its_recipe_promises() -> None:
    stages = containers.stages(DOCKERFILE)
    assert list(stages)[-2:] == ["cuda", "cpu"]
    for stage in stages.values():
        image = stage.image.replace("${PYTHON}", "3.11")
        assert image in stages or re.fullmatch(r"[a-z/]+:[\w.-]+", image), f"{stage.image} has no tag"
    for target in ("cpu", "cuda"):
        lines = containers.instructions_of(target, stages)
        assert [i.text for i in lines if i.word == "USER"][-1] == "10001:10001", "root in the end"
        assert {"HEALTHCHECK", "VOLUME", "ENTRYPOINT"} <= {i.word for i in lines}
        for pip in (i.text for i in stages[f"build-{target}"].instructions if "pip install" in i.text):
            assert "--constraint requirements.lock" in pip
    assert f"ARG TORCH={environments.TORCH[0].partition('==')[2]}" in DOCKERFILE
    routes = {str(rule) for rule in create_app(None).url_map.iter_rules()}
    assert re.search(r"7263(/\w+)'", DOCKERFILE)[1] in routes  # type: ignore[index]


def test_the_build_sees_what_it_copies() -> None:
    rules = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    shown = [rule[1:] for rule in rules if rule.startswith("!")]
    for stage in containers.stages(DOCKERFILE).values():
        for source in containers.copied(stage):
            assert (ROOT / source).exists(), source
            assert any(fnmatch(s, f"{source}*") for s in shown), f"{source} is kept from the build"
    assert all((ROOT / s).exists() for s in shown)
    extras = set(re.search(r"server\[([\w,]+)\]", DOCKERFILE)[1].split(","))  # type: ignore[index]
    declared = re.findall(r"^(\w+) = \[", (ROOT / "server" / "pyproject.toml").read_text(), re.M)
    assert extras <= set(declared)


def test_the_services_fit_together() -> None:
    services = yaml.safe_load(COMPOSE)["services"]
    server = services["server"]
    environment = {k: re.sub(r"\$\{\w+:\?[^}]*\}", "filled", v) for k, v in server["environment"].items()}
    settings = load({}, environment)
    assert make_url(settings.database).host in services
    assert environment["POCKET3D_LIMITS_URL"].split("//")[1].split(":")[0] in services
    assert settings.trusted_proxies == [services["proxy"]["networks"]["outside"]["ipv4_address"]]
    assert int(server["stop_grace_period"].rstrip("s")) >= settings.drain_time + 20
    assert services["proxy"]["environment"]["POCKET3D_UPSTREAM"].split(":")[0] in services
    for name, service in services.items():
        assert ":" in service["image"], f"{name} has an image without a tag"
        assert "ports" not in service or name == "proxy", f"{name} can be reached past the proxy"
    named = set(re.findall(r"\$\{(\w+)", COMPOSE))
    assert named == set(re.findall(r"^(\w+)=", (DEPLOY / "settings.example").read_text(), re.M))
    more = yaml.safe_load((DEPLOY / "compose.cuda.yaml").read_text())["services"]
    assert set(more) <= set(services)
    assert more["server"]["build"]["target"] in containers.stages(DOCKERFILE)


def test_several_servers_share_what_one_kept() -> None:
    """The override puts the shared files where one server alone has its data, and its own data elsewhere."""
    services = yaml.safe_load(COMPOSE)["services"]
    more = yaml.safe_load((DEPLOY / "compose.several.yaml").read_text())["services"]
    variables = more["server"]["environment"]
    for name in variables:
        assert name.removeprefix("POCKET3D_").lower() in Settings.model_fields, name
    assert "data:/data" in services["server"]["volumes"]
    assert (variables["POCKET3D_STORAGE_URL"], variables["POCKET3D_SECRETS_DIR"]) == ("file:///data", "/data")
    own = variables["POCKET3D_DATA_DIR"]
    assert more["server"]["volumes"] == [own]
    assert re.search(rf"install --directory --owner=10001 .*{own}\b", DOCKERFILE), "root would own the volume"
    upstream = more["proxy"]["environment"]["POCKET3D_UPSTREAM"].split()
    replicas = more["server"]["deploy"]["replicas"]
    assert upstream == [f"pocket3d-server-{i + 1}:7263" for i in range(replicas)]
    assert (DEPLOY / more["proxy"]["volumes"][0].split(":")[0]).exists()


def test_the_unit_gives_jobs_their_time() -> None:
    (drain,) = re.findall(r"POCKET3D_DRAIN_SECONDS=(\d+)", UNIT)
    (stop,) = re.findall(r"^TimeoutStopSec=(\d+)", UNIT, re.M)
    assert int(stop) >= int(drain) + 20
    assert "\nKillMode=mixed\n" in UNIT, "runners must not get the signal that asks the server to drain"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze on the PATH")
def test_systemd_reads_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "pocket3d.service"
    unit.write_text(UNIT.replace("/opt/pocket3d/bin/pocket3d-server", sys.executable))
    analyze = ["systemd-analyze", "--man=no"]
    read = subprocess.run([*analyze, "verify", str(unit)], capture_output=True, text=True)
    assert [line for line in read.stderr.splitlines() if "pocket3d" in line] == []
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--threshold=20", str(unit)],
        capture_output=True,
        text=True,
    )
    assert judged.returncode == 0, judged.stdout[-300:]


# What Prometheus and Grafana ask for.

SERIES = re.compile(r"\b((?:pocket3d|process)_[a-z_]+)(?:\{([^}]*)\})?")


def queries() -> Iterator[tuple[str, str]]:
    """Where a query stands, and the query."""
    for group in yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for panel in dashboard()["panels"]:
        for target in panel.get("targets", []):
            yield panel["title"], target["expr"]


def dashboard() -> dict[str, Any]:
    return dict(json.loads((DEPLOY / "grafana" / "pocket3d.json").read_text()))


def test_every_query_asks_for_what_is_there(live_server: LiveServer) -> None:
    """Series exist, and those with samples have the labels by which they are chosen and grouped."""
    live_server.wait(live_server.submit())
    bearer = {"Authorization": f"Bearer {live_server.token}"}
    text = requests.get(f"{live_server.url}/metrics", headers=bearer, timeout=30).text
    there: dict[str, set[str]] = {}
    for name, kind in re.findall(r"^# TYPE (\S+) (\S+)", text, re.M):
        for suffix in ("_bucket", "_count", "_sum") if kind == "histogram" else ("",):
            there[name + suffix] = set()
    for name, labels in re.findall(r"^([a-z0-9_]+)(?:\{(.*)\})? ", text, re.M):
        there[name] |= set(re.findall(r'(\w+)="', labels)) | {"instance", "job"}
    asked = set()
    for place, query in queries():
        grouped = {w for g in re.findall(r"by \(([^)]*)\)", query) for w in g.replace(",", " ").split()}
        for name, chosen in SERIES.findall(query):
            assert name in there, f"{place}: there is no {name}"
            asked.add(name)
            if there[name]:
                wanted = set(re.findall(r'(\w+)=~?"', chosen)) | grouped
                assert wanted <= there[name], f"{place}: {name} has no {wanted - there[name]}"
    assert {
        n.partition("_bucket")[0] for n in there if "pocket3d" in n and n[-4:] not in ("_sum", "ount")
    } <= {n.partition("_bucket")[0] for n in asked}, "what the server tells is on the dashboard"


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in dashboard()["panels"]:
        x, y, w, h = (panel["gridPos"][k] for k in "xywh")
        cells = {(a, b) for a in range(x, x + w) for b in range(y, y + h)}
        assert not cells & taken, panel["title"]
        assert x + w <= 24
        taken |= cells


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool on the PATH")
def test_prometheus_reads_its_files(tmp_path: Path) -> None:
    shutil.copytree(DEPLOY / "prometheus", tmp_path, dirs_exist_ok=True)
    config = tmp_path / "prometheus.yml"
    config.write_text(config.read_text().replace("/etc/prometheus/pocket3d.key", str(config)))
    subprocess.run(["promtool", "check", "config", str(config)], check=True)


@pytest.mark.skipif(shutil.which("promtool") is None, reason="there is no promtool on the PATH")
def test_the_first_of_a_kind_is_told(tmp_path: Path) -> None:
    """A counter's series begins when there is something to count, so that it never was 0."""
    first = "_ _ _ 1x20"
    three = "_ _ _ 1 2 3x20"
    series = {
        'pocket3d_http_requests_total{instance="a", route="/jobs", method="GET", status="500"}': first,
        'pocket3d_runner_ends_total{instance="a", model="m", reason="died"}': three,
    }
    alerts = {"Pocket3dInternalErrors": {"route": "/jobs"}, "Pocket3dRunnersDie": {"model": "m"}}
    case = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [
            {
                "eval_time": when,
                "alertname": name,
                "exp_alerts": [{"exp_labels": labels | {"instance": "a"} | severity}] if severity else [],
            }
            for name, labels in alerts.items()
            for when, severity in (("2m", {}), ("6m", {"severity": "warn"}), ("25m", {}))
        ],
    }
    rules = yaml.safe_load((DEPLOY / "prometheus" / "rules.yml").read_text())
    for rule in rules["groups"][0]["rules"]:
        del rule["annotations"]  # they would have to be repeated here
    (tmp_path / "rules.yml").write_text(json.dumps(rules))
    (tmp_path / "test.yml").write_text(json.dumps({"rule_files": ["rules.yml"], "tests": [case]}))
    told = subprocess.run(
        ["promtool", "test", "rules", str(tmp_path / "test.yml")], capture_output=True, text=True
    )
    assert told.returncode == 0, told.stdout + told.stderr


def test_the_load_test_finds_nothing_wrong(live_server: LiveServer) -> None:
    """Five seconds of it."""
    pytest.importorskip(
        "flask_login", reason="Locust is not installed"
    )  # importing locust itself patches sockets
    command = (
        "--locustfile deploy/locustfile.py --headless --users 3 --spawn-rate 3 --run-time 5s --only-summary"
    )
    environment = os.environ | {
        "POCKET3D_API_KEYS": live_server.token,
        "POCKET3D_LOAD_MODEL": "test_steps",
        "POCKET3D_LOAD_PARTS_MODEL": "test_halves",
    }
    done = subprocess.run(
        [sys.executable, "-m", "locust", *shlex.split(command), "--host", live_server.url],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Traceback" not in done.stderr, done.stderr
    assert re.search(r"JOB +submit to end +[1-9]", done.stderr)
