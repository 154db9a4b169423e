"""Names and answers in, the first files of a repository or of a runbook out."""

from generator.starting.drafting import Drafted, draft
from generator.starting.ground import Ground, StartError, ground_of
from generator.starting.questions import Answers, Question, next_question
from generator.starting.repository import renew_schemas, repository_files
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
    "renew_schemas",
    "repository_files",
    "write_folder",
    "write_new",
]
