"""Schemathesis holds the running API to its own OpenAPI document."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from visiting import RealSite

from ui.api.keys import Scope

CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,"
    "response_schema_conformance,response_headers_conformance,ignored_auth,unsupported_method"
)


def test_the_api_keeps_its_own_document(real_site: RealSite, tmp_path: Path) -> None:
    key = real_site.key(*Scope)["Authorization"]
    run = subprocess.run(
        [
            Path(sys.executable).with_name("st"), "run", f"{real_site.address}/v1/openapi.json",
            "--header", f"Authorization: {key}", "--checks", CHECKS,
            "--phases", "examples,coverage,fuzzing", "--max-examples", "1", "--max-time", "150",
            "--seed", "7", "--no-color", "--continue-on-failure",
        ],
        cwd=tmp_path, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert run.returncode == 0, run.stdout[-6000:]
    assert "Tested: 18" in run.stdout
