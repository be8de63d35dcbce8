"""One recorded session: a file, and the mapping from its names to ours."""

from typing import Annotated

from pydantic import Field, model_validator

from rscnav.errors import InvalidValueError
from rscnav.recordings.settings.arrays import Arrays
from rscnav.recordings.settings.landmarks import Landmarks
from rscnav.recordings.settings.mapping import Activity, Epochs, Phases, RowFilter, Trials
from rscnav.recordings.settings.position import Position
from rscnav.settings.field_types import Name, Text
from rscnav.settings.reserved_names import repeated
from rscnav.settings.strict_settings import StrictSettings


class Recording(StrictSettings):
    """One recorded session: a file, and the mapping from its names to ours."""

    name: Name = Field(description="name of the session; may not end in -s and a number, as networks' names do")
    file: str = Field(description="NWB file, relative to the folder the workflow runs in")
    more_files: list[Text] = Field(
        default_factory=list,
        description="more NWB files of the same session (one a probe, or an imaging plane), which are read as one with `file`",
    )
    one_clock: bool = Field(
        False,
        description="take the times of `more_files` as they are, although the files say that their clocks begin at different times",
    )
    subject: str | None = Field(None, description="the animal; null: taken from the file, else the session's name")
    bin_s: float = Field(0.1, ge=1e-4, le=1_000, description="width of the spike-count bins (s)")
    trial_s: float = Field(
        10.0, gt=0, description="without a trial table, stretches are cut into pieces of this length (s)"
    )
    test_share: float = Field(0.8, gt=0, lt=1, description="share of the trials that is kept for testing (seeded draw)")
    arrays: Arrays | None = Field(
        None,
        description="what the arrays are in a file without NWB's structure (.npz, .mat, HDF5); null: the file is NWB",
    )
    activity: Activity | None = Field(None, description="activity that is a series; null: spikes of the Units table")
    units_table: Text | Annotated[list[Text], Field(min_length=1)] | None = Field(
        None,
        description="name or path of the Units table, or a list of several (one a probe), which become one population; null: the "
        "only one in the file",
    )
    unit_filters: list[RowFilter] = Field(default_factory=list, description="rules on the units table; all must hold")
    epochs: Epochs | None = Field(None, description="null: the whole recording")
    position: Position | None = Field(None, description="null: a recording without position")
    trials: Trials | None = Field(None, description="null: no trials; stretches are cut")
    landmarks: Landmarks | None = Field(None, description="null: no landmarks")
    phases: Phases | None = Field(None, description="null: phases follow from the encounters")

    @model_validator(mode="after")
    def _complete(self) -> "Recording":
        where = f"recording '{self.name}'"
        stem, _, tail = self.name.rpartition("-s")
        if stem and tail.isdigit():
            raise InvalidValueError(
                f"the recording's name '{self.name}' looks like a network's session (NAME-sSEED); rename it"
            )
        twice = repeated([self.file, *self.more_files])
        if twice:
            raise InvalidValueError(f"{where}: more_files: {twice[0]} is named twice")
        if self.more_files and self.arrays is not None:
            raise InvalidValueError(
                f"{where}: more_files: files of plain arrays can't be joined; drop arrays or more_files"
            )
        if self.activity is not None and self.units_table is not None:
            raise InvalidValueError(
                f"{where}: activity.series is read in place of spikes, so units_table means nothing; drop one of the two"
            )
        landmarks, position, trials = self.landmarks, self.position, self.trials
        if landmarks is not None:
            columns = [place for place in landmarks.places.values() if isinstance(place, str)]
            if landmarks.places and position is None:
                raise InvalidValueError(
                    f"{where} has landmarks at places but no position; give position.series or drop landmarks"
                )
            if columns and trials is None:
                raise InvalidValueError(
                    f"{where}: landmarks.places names trial columns ({', '.join(columns)}) but there is no trial table; give "
                    "trials.table"
                )
            if landmarks.view_angle is not None and (position is None or not position.heading):
                raise InvalidValueError(f"{where}: landmarks.view_angle needs a heading; give position.heading")
        if trials is not None and trials.home_location is not None and position is None:
            raise InvalidValueError(f"{where}: trials.home_location needs a position; give position.series")
        return self
