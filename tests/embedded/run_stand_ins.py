"""The supervisor on stand-ins, installed in VAR_DIR: `python -m tests.embedded.run_stand_ins VERB`."""

import dataclasses
import os
import sys
from pathlib import Path

from deploy.embedded.__main__ import main
from deploy.embedded.installation import installation_at
from deploy.embedded.services import PAIR

ROOT = Path(__file__).resolve().parents[2]

if __name__ == "__main__":
    processes = tuple(os.environ["STAND_IN_PROCESSES"].split())
    services = tuple(
        dataclasses.replace(service, module="tests.embedded.stand_in", processes=processes)
        for service in PAIR
    )
    sys.exit(main(sys.argv[1:], installation_at(ROOT, services)))
