"""Names and answers in, the first files of a repository or of a runbook out."""

from generator.starting.drafting import Drafted, draft
from generator.starting.ground import Ground, StartError, ground_of
from generator.starting.questions import Answers, Question, next_question
from generator.starting.repository import repository_files, schema_files
from generator.starting.writing import write_folder, write_new

__all__ = [
    "Answers",
    "Drafted",
    "Ground",
    "Question",
    "StartError",
    "draft",
    "ground_of",
    "next_question",
    "repository_files",
    "schema_files",
    "write_folder",
    "write_new",
]
