"""Orbitlab."""
