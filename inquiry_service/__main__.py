"""`python -m inquiry_service VERB`."""

from inquiry_service.cli import commands

if __name__ == "__main__":
    commands(prog_name="python -m inquiry_service")
