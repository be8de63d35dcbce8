from .analyses.dimension.correlation_dimension import correlation_dimension as correlation_dimension
from .analyses.dimension.correlation_sum import correlation_sum as correlation_sum
from .analyses.encounters.categories import categorise_encounters as categorise_encounters
from .analyses.lowpass_filter import lowpass as lowpass
from .analyses.registry import analyse as analyse
from .analyses.spectrum.pca_spectrum import eigenspectrum as eigenspectrum
from .analyses.spectrum.pca_spectrum import participation_ratio as participation_ratio
from .analyses.tuning.entropy import tuning_entropy as tuning_entropy
from .comparison.compare import compare as compare
from .config.load import load_config as load_config
from .export.nwb.reader import read_exported as read_exported
from .export.nwb.writer import export_nwb as export_nwb
from .export.tables import export_tables as export_tables
from .networks.checkpoint import load_network as load_network
from .observers.registry import bayes_filter as bayes_filter
from .recordings.from_arrays import session_from_arrays as session_from_arrays
from .recordings.read import open_session as open_session
from .recordings.read import read_recording as read_recording
from .sessions.hdf5 import load_session as load_session
from .tasks.registry import make_task as make_task
from .workflow.results.drawing import plot as plot
from .workflow.results.results_folder import load_results as load_results

__version__: str
