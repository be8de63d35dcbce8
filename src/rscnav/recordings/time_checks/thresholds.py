"""Thresholds of the checks that spikes, tracking and trials cover the same time, each with its reason.

A certain mistake raises an error, a likely one becomes a note. An error on valid data is worse than a note too few, so the thresholds
for errors are far from the values of any recording with behaviour.
"""

# Ratio of two spans in different units of time. Milliseconds give a factor of 1,000. A recording that is tracked for a few per cent of
# a day gives a factor of at most about 100.
CERTAIN_FACTOR = 900.0  # below 1,000: the shorter span may be slightly longer than its true counterpart
LIKELY_FACTOR = 100.0  # note: less than 1 % of the recording is tracked, or in trials

# Frame numbers give a factor of 10 to 200, as partial tracking can. They differ from it in being successive whole numbers.
FRAME_FACTOR = 10.0
LIKELY_FRAME_FACTOR = 3.0
# Tracking cameras record at least one frame per second; if frames are slower and the factor is 20, the times are not seconds.
SLOW_FRAME_S, SLOW_FACTOR = 1.0, 20.0

# Counts of spikes that are needed.
MIN_SPIKES = 50  # for an estimate of the recorded time
MIN_WHOLE = 100  # for whole numbers that are not chance; a few suffice in real data, but not in simulated data
UNIT_SPIKES = 10  # of a unit, for the detection of silence
ROBUST = (0.01, 0.99)  # quantiles of spike times used as their span, because single spikes may be wrong

# Rates show the unit of spike times without other data: recorded units fire at 0.1 to 50 Hz.
NO_RATE_HZ = 0.02  # median rate below this and whole numbers as times: 20 Hz in ms, or any rate in sample numbers
LOW_RATE_HZ = 0.05  # median rate below this, together with slow frames and more than a day of recording
DAY_S = 86400.0

# Fraction of spikes outside the intervals in which their unit was observed: a few at the edges are usual, most of them are not.
MOST_STRAYS = 0.9

# Silence before the first or after the last spike. Nothing was recorded there if it is far longer than any interval between spikes
# and many spikes would be expected. Few units may be silent for other reasons (place cells in another room): with fewer than
# MIN_UNITS units a long silence becomes a note, never an error.
MIN_UNITS = 5
SILENCE_TIMES, SILENCE_SPIKES = 5.0, 50.0
FEW_UNITS_TIMES, FEW_UNITS_SPIKES = 20.0, 500.0
MOST_BEYOND = 0.5  # with too few spikes: a larger fraction of trials outside the spikes is not chance

# Spike times that restart with each trial.
MIN_REPEATS = 3  # restarts of each of several units; merged units have one or two
MIN_REPEATS_ALONE = 5  # restarts of a single unit
MAX_BACK = 1 / 3  # most restarts as a fraction of the spikes; times in random order go back at every other spike
REPEAT_DROP = 0.4  # median step back, as a fraction of the unit's span; three spikes per trial give 0.5
SPREAD = 0.3  # interquartile range of the units' counts of restarts, as a fraction of their median
MIN_TRIALS = 5
LONGER = 1.5  # all spikes lie within this multiple of the longest trial, but most trials start later: times are relative to a trial

# Notes on coverage.
NOTED_TRACKED = (
    0.5  # fraction of the recording that is tracked, below which a note is written; often only trials are tracked
)
NOTED_SILENT = (
    0.05  # fraction of the tracked time before the first or after the last spike, above which a note is written
)

# Units are read, spread over the table, until both counts are reached.
READ_SPIKES, READ_UNITS = 1_000_000, 5
