"""Random secrets, made once for each installation, kept in `var/secrets/` for their owner's eyes only."""

import base64
import os
import secrets as random_secrets
from pathlib import Path


def password() -> str:
    """24 random bytes, safe in a URL."""
    return random_secrets.token_urlsafe(24)


def secret_key() -> str:
    """48 random bytes as text."""
    return random_secrets.token_urlsafe(48)


def webhook_secret() -> str:
    """32 random bytes in the form Standard Webhooks asks for."""
    return "whsec_" + base64.b64encode(random_secrets.token_bytes(32)).decode()


def read_or_create(path: Path, fresh: str) -> str:
    """What `path` holds; `fresh` if nobody wrote it before. Two who ask at once get the same answer."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _create(path, fresh)
    return path.read_text().strip()


def _create(path: Path, text: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.{random_secrets.token_hex(4)}")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text + "\n")
    try:
        os.link(draft, path)  # a link fails where the name exists: the first writer wins, whole
    except FileExistsError:
        pass
    finally:
        draft.unlink()
