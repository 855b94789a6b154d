"""The supervisor of `make run`: a real PostgreSQL, a real Valkey and the pair's processes on a bare machine.

Nothing here imports a service: names, ports and verbs are data (`services.py`).
"""

import time

BEGAN_S = time.monotonic()  # of this process, as near as can be: the first code of ours that runs
