"""A journal done again, command by command, into another project."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core.errors import UserError
from core.logs import DrivingLog
from core.scenario.editing import relink_log
from core.scenario.project.entries import Do, Start, read_journal
from core.scenario.project.files import unwritable
from core.scenario.project.opening import JOURNAL
from core.scenario.project.project import Project, copy_content


@dataclass(frozen=True)
class Replayed:
    """A project that was made of a journal, saved and still open."""

    project: Project
    commands: int  # that were done
    warnings: tuple[str, ...]


def replay(source: Path, log: DrivingLog, out: Path) -> Replayed:
    """Do again what a journal tells, and save it as another project over a log.

    Args:
        source: the journal, or the folder of its project. Assets lie beside it.
        log: that it was made on, wherever it lies.
        out: the folder of the new project.

    Raises:
        UserError: no journal, a newer one, another log, a command that does not fit, or a folder that is not free.
    """
    journal = source / JOURNAL if source.is_dir() else source
    content = read_journal(journal)
    first, *rest = content.entries
    assert isinstance(first, Start)
    relink_log(first.scenario, log)  # refuses another log before anything is written
    project = Project.create(out, first.scenario)
    try:
        for entry in rest:
            project.follow(entry)
        relinking = relink_log(project.scenario, log)
        if relinking.changes:
            project.do(relinking)
        if project.problem is not None:
            raise project.problem
        copy_content(project.scenario, journal.parent, out)
        project.save()
    except OSError as error:
        project.discard()
        raise unwritable(error, out) from error
    except UserError:
        project.discard()
        raise
    commands = sum(isinstance(entry, Do) for entry in content.entries)
    return Replayed(project, commands, content.warnings)
