"""One person across both services: exported, erased, and erased again after a restore."""
