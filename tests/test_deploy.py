"""What is in `deploy/`: read by the schemas of its tools, and true to the program's settings."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ui.settings import Settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
SETTINGS = {f"SHOPGUIDE_{name.upper()}" for name in Settings.model_fields}
KINDS = {
    "Namespace": "V1Namespace", "ConfigMap": "V1ConfigMap", "Service": "V1Service",
    "PersistentVolumeClaim": "V1PersistentVolumeClaim", "StatefulSet": "V1StatefulSet",
    "Deployment": "V1Deployment", "PodDisruptionBudget": "V1PodDisruptionBudget",
    "HorizontalPodAutoscaler": "V2HorizontalPodAutoscaler", "Ingress": "V1Ingress",
    "NetworkPolicy": "V1NetworkPolicy",
}  # fmt: skip


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


def manifests() -> Iterator[dict[str, Any]]:
    listed = yaml.safe_load((DEPLOY / "kubernetes/kustomization.yaml").read_text())["resources"]
    files = {each.name for each in (DEPLOY / "kubernetes").glob("*.yaml")}
    assert files == {*listed, "kustomization.yaml"}
    for name in listed:
        yield from yaml.safe_load_all((DEPLOY / "kubernetes" / name).read_text())


def of_kind(kind: str) -> list[dict[str, Any]]:
    return [each for each in manifests() if each["kind"] == kind]


def test_manifests_have_no_field_that_kubernetes_does_not_know() -> None:
    """Read into Kubernetes' own models and written again, a misspelt field would be gone."""
    client = pytest.importorskip("kubernetes.client")
    api = client.ApiClient()
    for manifest in manifests():
        answer = SimpleNamespace(data=json.dumps(manifest))
        text = json.dumps(manifest)
        try:
            model = api.deserialize(answer, KINDS[manifest["kind"]])
        except TypeError:  # newer clients take the text and its type
            model = api.deserialize(text, KINDS[manifest["kind"]], "application/json")
        assert api.sanitize_for_serialization(model) == manifest, manifest["metadata"]["name"]


def test_every_setting_that_is_set_exists(compose: dict[str, Any]) -> None:
    known = set(SETTINGS)
    for service in compose["services"].values():
        ours = (
            {name for name in service["environment"] if "SHOPGUIDE" in name}
            if ("environment" in service)
            else set()
        )
        assert ours <= known, ours - known
    for config in of_kind("ConfigMap"):
        ours = {name for name in config["data"] if name.startswith("SHOPGUIDE")}
        assert ours <= known, ours - known
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    assert set(re.findall(r"SHOPGUIDE_[A-Z_]+", dockerfile)) <= known


def test_settings_of_the_manifests_are_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    for config in of_kind("ConfigMap"):
        for name, value in config["data"].items():
            if name.startswith("SHOPGUIDE"):
                monkeypatch.setenv(name, value)
    assert Settings().trusted_proxies == ("10.0.0.0/8",)


def test_chroma_is_reached_by_its_proxy_alone(compose: dict[str, Any]) -> None:
    services = compose["services"]
    alone = set(services["chroma"]["networks"])
    sharing = {
        name
        for name, each in services.items()
        if alone & set(each["networks"]) and name != "chroma"
    }
    assert sharing == {"chroma-proxy"}
    assert all(compose["networks"][name]["internal"] for name in alone)
    published = {name for name, each in services.items() if "ports" in each}
    assert published == {"proxy"}
    assert "401" in (DEPLOY / "nginx/chroma.conf.template").read_text()
    chroma = next(each for each in of_kind("StatefulSet"))["spec"]["template"]["spec"]
    server = next(each for each in chroma["containers"] if each["name"] == "chroma")
    assert server["args"][server["args"].index("--host") + 1] == "127.0.0.1"
    assert "ports" not in server
    policy = next(each for each in of_kind("NetworkPolicy"))["spec"]
    assert policy["egress"] == []


def test_secrets_are_not_in_the_files() -> None:
    for file in DEPLOY.rglob("*"):
        if file.is_file():
            for name in ("POSTGRES_PASSWORD", "CHROMA_TOKEN", "METRICS_TOKEN"):
                for line in file.read_text().splitlines():
                    assert not re.match(rf"\s*(?:SHOPGUIDE_)?{name}\s*[=:]\s*[\w\"']", line), line


def test_servers_are_confined_and_their_images_are_of_a_version(compose: dict[str, Any]) -> None:
    for name in ("guide-1", "guide-2"):
        guide = compose["services"][name]
        assert guide["read_only"]
        assert guide["cap_drop"] == ["ALL"]
        assert guide["user"] != "0:0"
    images = [each["image"] for each in compose["services"].values()]
    for kind in ("Deployment", "StatefulSet"):
        for each in of_kind(kind):
            pod = each["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"]
            images += [container["image"] for container in pod["containers"]]
    assert all(re.search(r":\d", image) for image in images), images


def test_there_is_time_to_stop(compose: dict[str, Any]) -> None:
    """Orchestrators kill after a while: later than the server needs to finish its turns."""
    settings = compose["services"]["guide-1"]["environment"]
    needed = sum(float(settings[f"SHOPGUIDE_SHUTDOWN_{name}SECONDS"]) for name in ("DELAY_", ""))
    assert float(compose["services"]["guide-1"]["stop_grace_period"].rstrip("s")) > needed + 5
    config = next(c["data"] for c in of_kind("ConfigMap") if c["metadata"]["name"] == "shopguide")
    needed = sum(float(config[f"SHOPGUIDE_SHUTDOWN_{name}SECONDS"]) for name in ("DELAY_", ""))
    (guide,) = of_kind("Deployment")
    assert guide["spec"]["template"]["spec"]["terminationGracePeriodSeconds"] > needed + 5
    probes = guide["spec"]["template"]["spec"]["containers"][0]
    assert probes["readinessProbe"]["httpGet"]["path"] == "/readyz"
    assert probes["livenessProbe"]["httpGet"]["path"] == "/healthz"


def test_nginx_reads_its_configurations(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("/usr/sbin/nginx")
    if nginx is None:
        pytest.skip("nginx is not installed (Debian package: nginx-light)")
    site = (DEPLOY / "nginx/shopguide.conf").read_text()
    site = re.sub(r"guide-\d:7860", "127.0.0.1:7860", site)
    vectors = (DEPLOY / "nginx/chroma.conf.template").read_text()
    vectors = vectors.replace("${CHROMA_TOKEN}", "token").replace(
        "${CHROMA_ADDRESS}", "127.0.0.1:8"
    )
    for text in (site, vectors):
        (tmp_path / "site.conf").write_text(text)
        whole = f"events {{}} http {{ include {tmp_path}/site.conf; }} pid {tmp_path}/pid;"
        (tmp_path / "nginx.conf").write_text(whole)
        command = [nginx, "-t", "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
