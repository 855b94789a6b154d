"""The containers, really run: `make compose-test`. Not part of `make test`."""
