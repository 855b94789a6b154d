"""Our figures beside the limits measured in the same run: `make bench`, or `python -m benchmarks --rounds 5 --seconds 3`."""
