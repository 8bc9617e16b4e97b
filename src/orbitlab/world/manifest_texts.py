"""Six Kubernetes manifests as they came to review, each with one thing wrong."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import yaml

from .spec import AssetRecipe, AssetSpec, Column, Defect

NAMES = ("frame-ingest", "roof-model", "snr-scorer", "tile-export", "pass-tracker", "roof-canary")
_DIGEST = "sha256:" + "4f53cda18c2baa0c0354bb5f9a3ecbe5ed12ab4d8e11ba873c2f11161202b945"


def _container(name: str, image: str = f"registry.kestrel.example/core/app@{_DIGEST}") -> Any:
    return {
        "name": name,
        "image": image,
        "env": [
            {"name": "APP_ENV", "value": "prod"},
            {
                "name": "PG_PASSWORD",
                "valueFrom": {"secretKeyRef": {"name": "pg", "key": "password"}},
            },
        ],
        "resources": {
            "requests": {"cpu": "500m", "memory": "512Mi"},
            "limits": {"memory": "1Gi"},
        },
        "readinessProbe": {"httpGet": {"path": "/ready", "port": 8080}},
    }


def _deployment(name: str, container: Any, replicas: int = 4, track: str = "stable") -> Any:
    labels = {"app": name, "track": track}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"{name}-{track}", "labels": dict(labels)},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": dict(labels)},
            "template": {
                "metadata": {"labels": dict(labels)},
                "spec": {"securityContext": {"runAsNonRoot": True}, "containers": [container]},
            },
        },
    }


def _service(name: str) -> Any:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": {"app": name}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def _documents() -> dict[str, list[Any]]:
    """Return the documents of every manifest, each with its one fault."""
    ingest = _deployment("frame-ingest", _container("ingest"))
    first = _container("fetch-weights")
    del first["resources"]["limits"]["memory"]
    ingest["spec"]["template"]["spec"]["initContainers"] = [first]

    # The colon belongs to the port of the registry: there is no tag.
    untagged = _container("model", "registry.kestrel.example:5000/vision/roof-model")

    unready = _container("scorer")
    del unready["readinessProbe"]

    told = _container("export")
    told["env"].append({"name": "S3_SECRET_KEY", "value": "not-a-real-key"})

    rooted = _container("tracker")
    rooted["securityContext"] = {"runAsNonRoot": False}

    return {
        "frame-ingest": [ingest, _service("frame-ingest")],
        "roof-model": [_deployment("roof-model", untagged), _service("roof-model")],
        "snr-scorer": [_deployment("snr-scorer", unready), _service("snr-scorer")],
        "tile-export": [_deployment("tile-export", told)],
        "pass-tracker": [_deployment("pass-tracker", rooted), _service("pass-tracker")],
        # Three of eleven: more than the fifth of the traffic that a canary may have.
        "roof-canary": [
            _deployment("roof-canary", _container("model"), replicas=8),
            _deployment("roof-canary", _container("model"), replicas=3, track="canary"),
            _service("roof-canary"),
        ],
    }


def _make() -> dict[str, bytes]:
    return {
        f"manifests/{name}.yaml": yaml.safe_dump_all(
            documents, sort_keys=False, explicit_start=True
        ).encode()
        for name, documents in _documents().items()
    }


def _load(files: dict[str, bytes]) -> dict[str, str]:
    return {name: files[f"manifests/{name}.yaml"].decode() for name in NAMES}


def _faulty(sign: Callable[[list[Any]], bool]) -> Callable[[Any], int]:
    """Return a count of the manifests whose Deployments show the sign."""

    def count(texts: dict[str, str]) -> int:
        return sum(sign(_deployments(text)) for text in texts.values())

    return count


@lru_cache(maxsize=len(NAMES))
def _deployments(text: str) -> list[Any]:
    # Read once for all counts: parsing YAML is what takes the time.
    return [d for d in yaml.safe_load_all(text) if d and d["kind"] == "Deployment"]


def _containers(documents: list[Any]) -> list[Any]:
    pods = [d["spec"]["template"]["spec"] for d in documents]
    return [c for pod in pods for c in (*pod["containers"], *pod.get("initContainers", []))]


RECIPES = (
    AssetRecipe(
        AssetSpec(
            name="manifests",
            grain="one manifest under review, several YAML documents",
            entries=len(NAMES),
            files=tuple(f"manifests/{name}.yaml" for name in NAMES),
            columns=(Column("(the text)", "YAML", "Deployment, Service", "as it was handed in"),),
            defects=(
                Defect(
                    "no tag",
                    "images named without tag or digest",
                    _faulty(
                        lambda d: any(":" not in c["image"].split("/")[-1] for c in _containers(d))
                    ),
                    1,
                    1,
                ),
                Defect(
                    "no memory limit",
                    "containers without a limit, here one that runs first",
                    _faulty(
                        lambda d: any(
                            "memory" not in c["resources"]["limits"] for c in _containers(d)
                        )
                    ),
                    1,
                    1,
                ),
                Defect(
                    "no readiness",
                    "pods that get traffic before they are ready",
                    _faulty(lambda d: any("readinessProbe" not in c for c in _containers(d))),
                    1,
                    1,
                ),
                Defect(
                    "secret in the open",
                    "secrets written into the manifest",
                    _faulty(lambda d: any("value: not-a-real-key" in yaml.dump(x) for x in d)),
                    1,
                    1,
                ),
                Defect(
                    "may run as root",
                    "containers that take back what their pod promised",
                    _faulty(lambda d: any("securityContext" in c for c in _containers(d))),
                    1,
                    1,
                ),
                Defect(
                    "large canary",
                    "canaries with more than a fifth of the replicas",
                    _faulty(lambda d: len(d) == 2 and d[1]["spec"]["replicas"] == 3),
                    1,
                    1,
                ),
            ),
            notes=("Each manifest has one cause; the secret in one of them is made up.",),
        ),
        _make,
        _load,
    ),
)
