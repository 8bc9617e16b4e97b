"""Everything in data/world, family by family."""

from __future__ import annotations

from . import (
    calibration,
    constellation,
    detections,
    frame_table,
    guide_facts,
    gw_telemetry,
    health_files,
    heartbeats,
    host_texts,
    manifest_texts,
    mesh,
    passes,
    query_plans,
    scene_arrays,
    sites,
    story,
    terminal_telemetry,
)
from .spec import AssetRecipe, AssetSpec, Recipe, TableSpec

RECIPES: tuple[Recipe, ...] = (
    *constellation.RECIPES,
    *passes.RECIPES,
    *gw_telemetry.RECIPES,
    *health_files.RECIPES,
    *calibration.RECIPES,
    *terminal_telemetry.RECIPES,
    *heartbeats.RECIPES,
    *frame_table.RECIPES,
    *sites.RECIPES,
    *detections.RECIPES,
    *mesh.RECIPES,
    *guide_facts.RECIPES,
    *story.RECIPES,
)

ASSETS: tuple[AssetRecipe, ...] = (
    *scene_arrays.RECIPES,
    *host_texts.RECIPES,
    *query_plans.RECIPES,
    *manifest_texts.RECIPES,
)


def tables() -> tuple[TableSpec, ...]:
    """Return the declarations of all tables: columns, units, grain, injected defects."""
    return tuple(recipe.spec for recipe in RECIPES)


def assets() -> tuple[AssetSpec, ...]:
    """Return the declarations of what is no table: arrays, texts, JSON."""
    return tuple(recipe.spec for recipe in ASSETS)


def built_files() -> tuple[str, ...]:
    """Return the paths relative to data/ of all files of the world, as they are built."""
    specs: tuple[TableSpec | AssetSpec, ...] = (*tables(), *assets())
    return tuple(path for spec in specs for path in spec.relatives)
