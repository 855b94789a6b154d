"""How the pair is run: on one bare machine (`embedded`), or as containers. Services are data to it."""
