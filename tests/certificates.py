"""Certificates that only a test trusts."""

import subprocess
from pathlib import Path


def make_certificate(folder: Path, name: str = "localhost") -> None:
    """`cert.pem` and `key.pem`, of an authority of its own."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={name}",
    ]
    command += ["-addext", f"subjectAltName=DNS:{name}", "-keyout", "key.pem", "-out", "cert.pem"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
