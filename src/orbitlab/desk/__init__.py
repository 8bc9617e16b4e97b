"""The learner's side: their own copies in work/, JupyterLab on them, figures in one style."""

from orbitlab.desk.lab import DEFAULT_PORT, lab, lab_command
from orbitlab.desk.pictures import COLOURS, canvas, picture
from orbitlab.desk.resetting import Reset, reset
from orbitlab.desk.route import route
from orbitlab.desk.seeding import seed
from orbitlab.desk.submitting import submit
from orbitlab.desk.updating import Updated, update
from orbitlab.desk.workspace import exercises

__all__ = [
    "COLOURS",
    "DEFAULT_PORT",
    "Reset",
    "Updated",
    "canvas",
    "exercises",
    "lab",
    "lab_command",
    "picture",
    "reset",
    "route",
    "seed",
    "submit",
    "update",
]
