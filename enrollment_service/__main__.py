"""`python -m enrollment_service VERB`."""

from enrollment_service.cli import commands

if __name__ == "__main__":
    commands(prog_name="python -m enrollment_service")
