"""What lies in deploy/ is whole, and names only options, paths, ports and variables that the program has."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from api import create_app
from detector import Detector
from training.commands.serve import serve

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
DOCKERFILE = (DEPLOY / "Dockerfile").read_text("utf-8")
UNIT = (DEPLOY / "scamjob.service").read_text("utf-8")
NGINX = (DEPLOY / "nginx.conf").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS: list[dict[str, Any]] = [
    one
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for one in yaml.safe_load_all(path.read_text("utf-8"))
]


def manifest(kind: str) -> dict[str, Any]:
    (found,) = [one for one in MANIFESTS if one["kind"] == kind]
    return found


CONTAINER = manifest("Deployment")["spec"]["template"]["spec"]["containers"][0]
UNIT_COMMAND = re.findall(r"^ExecStart=\S+/scamjob (.+)$", UNIT, re.MULTILINE)[0]
STARTS: dict[str, list[str]] = {
    "Dockerfile": yaml.safe_load(re.findall(r"^CMD (\[.+\])$", DOCKERFILE, re.MULTILINE)[0]),
    "compose": COMPOSE["services"]["scamjob"]["command"],
    "systemd": shlex.split(UNIT_COMMAND),
    "kubernetes": CONTAINER["args"],
}


@pytest.mark.parametrize("words", STARTS.values(), ids=STARTS)
def test_each_start_is_a_command_that_the_program_understands(words: list[str]) -> None:
    assert words[0] == "serve"
    given = serve.make_context("serve", words[1:]).params
    assert given["port"] == 8000
    assert given["log_requests"]


@pytest.mark.parametrize("name", ["Dockerfile", "compose", "kubernetes"])
def test_a_container_listens_on_every_address(name: str) -> None:
    assert serve.make_context("serve", STARTS[name][1:]).params["host"] == "0.0.0.0"


def test_each_variable_named_is_one_that_the_program_reads() -> None:
    program = "".join(
        path.read_text("utf-8") for part in ("api", "detector", "training") for path in (ROOT / part).rglob("*.py")
    )
    named = {
        name
        for path in DEPLOY.rglob("*")
        if path.is_file()
        for name in re.findall(r"SCAMJOB_[A-Z_]+", path.read_text("utf-8"))
    }
    assert {"SCAMJOB_HOME", "SCAMJOB_DATABASE"} <= named
    assert {name for name in named if f'"{name}"' not in program} == set()


def probed() -> Iterator[str]:
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        yield CONTAINER[probe]["httpGet"]["path"]
    yield manifest("Deployment")["spec"]["template"]["metadata"]["annotations"]["prometheus.io/path"]
    yield from re.findall(r"127\.0\.0\.1:8000(/\w+)", DOCKERFILE)


def test_each_path_that_is_probed_answers(detector: Detector) -> None:
    client = create_app(detector).test_client()
    assert {path: client.get(path).status_code for path in probed()} == dict.fromkeys(probed(), 200)


# --- Docker ---


def instructions() -> list[tuple[str, str]]:
    joined = re.sub(r"\\\n\s*", "", DOCKERFILE)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_image_is_built_from_the_locked_versions_and_runs_as_nobody() -> None:
    steps = instructions()
    known = {
        "FROM",
        "WORKDIR",
        "RUN",
        "COPY",
        "ENV",
        "USER",
        "VOLUME",
        "EXPOSE",
        "STOPSIGNAL",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert {name for name, _ in steps} <= known
    assert [name for name, _ in steps].count("FROM") == 2
    installs = [rest for name, rest in steps if name == "RUN" and "pip install" in rest]
    assert "--require-hashes --no-deps -r requirements.lock" in installs[0]
    assert all("--no-deps" in one for one in installs)
    last = max(number for number, (name, _) in enumerate(steps) if name == "FROM")
    user = next(rest for name, rest in steps[last:] if name == "USER")
    assert user.split(":")[0].isdigit()
    assert int(user.split(":")[0]) > 0
    assert manifest("Deployment")["spec"]["template"]["spec"]["securityContext"]["runAsUser"] == int(user.split(":")[0])


def test_what_the_image_copies_is_there_and_not_ignored() -> None:
    kept = {line[1:] for line in (DEPLOY / "Dockerfile.dockerignore").read_text("utf-8").splitlines() if line[0] == "!"}
    copied = {
        word for name, rest in instructions() if name == "COPY" and "--from" not in rest for word in rest.split()[:-1]
    }
    assert copied <= kept
    assert all((ROOT / name).exists() for name in kept)


def test_compose_has_the_service_and_its_database() -> None:
    services = COMPOSE["services"]
    own = services["scamjob"]
    assert (DEPLOY / own["build"]["context"] / own["build"]["dockerfile"]).exists()
    assert all(port.startswith("127.0.0.1:") for port in own["ports"])
    assert set(own["depends_on"]) <= set(services)
    host = re.findall(r"@(\w+):5432", own["environment"]["SCAMJOB_DATABASE"])
    assert host == ["database"]
    mounted = {volume.split(":")[0] for one in services.values() for volume in one.get("volumes", [])}
    assert mounted == set(COMPOSE["volumes"])
    assert "healthcheck" in services["database"]


# --- systemd ---


def test_the_unit_is_hardened_and_gives_running_requests_their_time() -> None:
    settings = dict(line.partition("=")[::2] for line in UNIT.splitlines() if "=" in line and line[0] != "#")
    for name in ("NoNewPrivileges", "DynamicUser", "PrivateTmp", "PrivateDevices", "LockPersonality"):
        assert settings[name] == "yes"
    assert settings["ProtectSystem"] == "strict"
    grace = serve.make_context("serve", []).params["grace"]
    assert int(settings["TimeoutStopSec"]) > grace
    assert manifest("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > grace + 5
    assert int(COMPOSE["services"]["scamjob"]["stop_grace_period"].removesuffix("s")) > grace


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd here")
def test_systemd_finds_no_fault_in_the_unit(tmp_path: Path) -> None:
    unit = tmp_path / "scamjob.service"
    unit.write_text(re.sub(r"^ExecStart=\S+", f"ExecStart={sys.executable}", UNIT, flags=re.MULTILINE), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
    )
    assert "scamjob.service" not in done.stderr
    assert done.returncode == 0


# --- Kubernetes ---


def test_the_manifests_are_whole_and_point_at_each_other() -> None:
    kinds = {one["kind"]: one for one in MANIFESTS}
    assert set(kinds) == {
        "ConfigMap", "Secret", "ServiceAccount", "Deployment", "Service", "HorizontalPodAutoscaler",
        "PodDisruptionBudget", "NetworkPolicy",
    }  # fmt: skip
    assert all(one["metadata"]["name"] == "scamjob" and one["apiVersion"] for one in MANIFESTS)
    spec = kinds["Deployment"]["spec"]
    labels = spec["template"]["metadata"]["labels"]
    for selector in (
        spec["selector"]["matchLabels"],
        kinds["Service"]["spec"]["selector"],
        kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"],
        kinds["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"],
    ):
        assert selector == labels
    assert kinds["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]["name"] == "scamjob"
    assert kinds["PodDisruptionBudget"]["spec"]["minAvailable"] < spec["replicas"]
    (port,) = CONTAINER["ports"]
    assert port["containerPort"] == 8000
    assert kinds["Service"]["spec"]["ports"][0]["targetPort"] == port["name"]
    volumes = {volume["name"] for volume in spec["template"]["spec"]["volumes"]}
    assert {mount["name"] for mount in CONTAINER["volumeMounts"]} == volumes
    context = CONTAINER["securityContext"]
    assert context["readOnlyRootFilesystem"]
    assert not context["allowPrivilegeEscalation"]


# --- nginx ---


def test_nginx_passes_on_as_much_as_the_service_takes(detector: Detector) -> None:
    app = create_app(detector)
    assert int(re.findall(r"client_max_body_size (\d+)m", NGINX)[0]) * 2**20 > app.extensions["config"].max_batch_body
    routes = {rule.rule for rule in app.url_map.iter_rules()}
    assert set(re.findall(r"location = (\S+)", NGINX)) - {"/api/v1/assessments/stream"} <= routes
    assert re.search(r"location = /metrics \{[^}]*deny all", NGINX)


@pytest.mark.skipif(not shutil.which("nginx"), reason="no nginx here")
def test_nginx_finds_no_fault_in_its_configuration(tmp_path: Path) -> None:
    main = tmp_path / "nginx.conf"
    main.write_text(f"pid {tmp_path}/pid; events {{}} http {{ access_log off; include {DEPLOY}/nginx.conf; }}", "utf-8")
    done = subprocess.run(
        ["nginx", "-t", "-q", "-e", "stderr", "-p", str(tmp_path), "-c", str(main)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
