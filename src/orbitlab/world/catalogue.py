"""All tables of the world, family by family."""

from __future__ import annotations

from . import constellation, guide_facts, heartbeats, story, terminal_telemetry
from .spec import Recipe, TableSpec

RECIPES: tuple[Recipe, ...] = (
    *constellation.RECIPES,
    *terminal_telemetry.RECIPES,
    *heartbeats.RECIPES,
    *guide_facts.RECIPES,
    *story.RECIPES,
)


def tables() -> tuple[TableSpec, ...]:
    """Return the declarations of all tables: columns, units, grain, injected defects."""
    return tuple(recipe.spec for recipe in RECIPES)
