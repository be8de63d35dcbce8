"""Settings of a recording: a file, and the mapping from names in it to the fields of a session."""

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
    """One recorded session: a file, and the mapping from names in it to the fields of a session."""

    name: Name = Field(
        description="name of the session; it may not end in -s and a number, like names of network sessions. With a "
        "pattern in `file`: {stem} is the file's name without folder and ending"
    )
    file: str = Field(
        description="recorded file, relative to the working folder of the workflow; {results_dir} is replaced; a "
        "pattern (data/*.nwb) stands for one recording per file"
    )
    more_files: list[Text] = Field(
        default_factory=list,
        description="more NWB files of the same session (one for each probe or imaging plane), which are read together with `file`",
    )
    one_clock: bool = Field(
        False,
        description="true: the files share one clock, although they name different reference times; the times of "
        "`more_files` are used unchanged",
    )
    subject: str | None = Field(
        None, description="the animal; null: as named in the file, else the name of the session"
    )
    bin_s: float = Field(0.1, ge=1e-4, le=1_000, description="width of the spike-count bins (s)")
    trial_s: float = Field(
        10.0, gt=0, description="without trials, the recording is cut into trials of this length (s)"
    )
    test_fraction: float = Field(
        0.8, gt=0, lt=1, description="fraction of the trials that are held out for testing (seeded draw)"
    )
    arrays: Arrays | None = Field(
        None,
        description="arrays in a file without NWB's structure (.npz, .mat, HDF5); null: the file is NWB",
    )
    activity: Activity | None = Field(
        None,
        description="a series in place of spikes, for example {series: dff, kind: continuous}; null: spikes of the "
        "Units table",
    )
    units_table: Text | Annotated[list[Text], Field(min_length=1)] | None = Field(
        None,
        description="name or path of the Units table, or a list of several (one for each probe), whose units become one population; "
        "null: the only one in the file",
    )
    unit_filters: list[RowFilter] = Field(
        default_factory=list, description="rules on the table of units; units that meet all of them are used"
    )
    epochs: Epochs | None = Field(None, description="epochs that are used; null: the whole recording")
    position: Position | None = Field(None, description="position and heading; null: a recording without position")
    trials: Trials | None = Field(None, description="trials; null: none, the recording is cut into pieces of `trial_s`")
    landmarks: Landmarks | None = Field(None, description="landmarks; null: none")
    phases: Phases | None = Field(
        None,
        description="phases given in the file, for example {table: phases, column: phase}; null: computed from the "
        "encounters",
    )

    @model_validator(mode="after")
    def _complete(self) -> "Recording":
        where = f"recording '{self.name}'"
        stem, _, tail = self.name.rpartition("-s")
        if stem and tail.isdigit():
            raise InvalidValueError(
                f"{where}: the name looks like that of a network session (NAME-sSEED); rename the recording"
            )
        twice = repeated([self.file, *self.more_files])
        if twice:
            raise InvalidValueError(
                f"{where}: more_files: {twice[0]} is named twice; name each file once, in file or more_files"
            )
        if self.more_files and self.arrays is not None:
            raise InvalidValueError(
                f"{where}: more_files: files of plain arrays can't be joined; remove arrays or more_files"
            )
        if self.activity is not None and self.units_table is not None:
            raise InvalidValueError(
                f"{where}: activity.series is read in place of spikes, so units_table has no effect; remove one of the two"
            )
        landmarks, position, trials = self.landmarks, self.position, self.trials
        if landmarks is not None:
            columns = [place for place in landmarks.places.values() if isinstance(place, str)]
            if landmarks.places and position is None:
                raise InvalidValueError(
                    f"{where}: landmarks.places needs a position; set position.series, or remove landmarks"
                )
            if columns and trials is None:
                raise InvalidValueError(
                    f"{where}: landmarks.places names columns of the trial table ({', '.join(columns)}), but there is no trial table; "
                    "set trials.table"
                )
            if landmarks.view_angle is not None and (position is None or not position.heading):
                raise InvalidValueError(f"{where}: landmarks.view_angle needs a heading; set position.heading")
        if trials is not None and trials.home_location is not None and position is None:
            raise InvalidValueError(f"{where}: trials.home_location needs a position; set position.series")
        return self
