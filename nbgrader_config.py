"""nbgrader's view of the course: where the editions lie and what a release leaves out.

nbgrader, formgrader and `orbitlab build` all read this one file.
"""

from pathlib import Path

from nbconvert.preprocessors import TagRemovePreprocessor
from nbgrader.converters.generate_assignment import GenerateAssignment
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import ClearSolutions

c = get_config()  # noqa: F821 - traitlets puts it there

root = Path(__file__).resolve().parent
desk = root / "autograde"

# The root is absolute, so that nbgrader may be started anywhere.
c.CourseDirectory.course_id = "orbitlab"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "source"
c.CourseDirectory.release_directory = "release"
c.CourseDirectory.submitted_directory = "autograde/submitted"
c.CourseDirectory.autograded_directory = "autograde/graded"
c.CourseDirectory.feedback_directory = "autograde/feedback"
c.CourseDirectory.db_url = f"sqlite:///{desk / 'gradebook.db'}"

# generate_assignment copies every file beside a notebook. The masters hold the answers and must
# stay behind; a submission's own helper files must not, so the pattern is as narrow as an id.
c.CourseDirectory.ignore = [
    *CourseDirectory.class_traits()["ignore"].default(),
    "[0-9][0-9]_*.py",
]

# A stub that defines without raising: an unanswered exercise lets every later cell run.
c.ClearSolutions.code_stub = {"python": "# YOUR CODE HERE\npass"}
c.ClearSolutions.text_stub = "YOUR ANSWER HERE"

# Sample answers leave before anything else looks at the cells.
steps = list(GenerateAssignment.class_traits()["preprocessors"].default())
steps.insert(steps.index(ClearSolutions), TagRemovePreprocessor)
c.GenerateAssignment.preprocessors = steps
c.TagRemovePreprocessor.enabled = True
c.TagRemovePreprocessor.remove_cell_tags = ["sample-answer"]

# Tests have limits of their own; this one only ends a cell that escapes them.
c.Execute.timeout = 300

# Nobody exchanges files through nbgrader here; the folder only keeps formgrader from complaining.
c.Exchange.root = str(desk / "exchange")
