"""How a source chapter becomes its editions, and the catalogue of exercises (DESIGN section 5)."""

from orbitlab.editions.build import BuildReport, build, check
from orbitlab.editions.catalogue import (
    Chapter,
    Exercise,
    catalogue,
    chapter_ids,
    chosen_exercises,
    exercises_of,
    read_chapter,
)

__all__ = [
    "BuildReport",
    "Chapter",
    "Exercise",
    "build",
    "catalogue",
    "chapter_ids",
    "check",
    "chosen_exercises",
    "exercises_of",
    "read_chapter",
]
