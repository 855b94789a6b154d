"""Doors that are shut: what neither service lets in, says back, or leaves open."""
