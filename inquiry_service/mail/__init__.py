"""Letters out as typed functions with their templates, and mail in as `ParsedEmail`."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
