"""What letters say. Rendering happens in the worker, from live facts; nothing here sends."""

from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
