"""Thresholds of the checks that spikes, tracking and trials cover the same time, each with its reason.

What is certain is refused; what is only likely becomes a note. A false alarm turns good data away, so certainty is set where no
recording that is used for behaviour comes near.
"""

# Two spans in different units. Milliseconds make a factor of 1,000; a recording may be tracked in part (a few per cent of a day),
# which makes a factor of at most about 100.
CERTAIN_FACTOR = 900.0  # below 1,000, since the shorter span may be a little longer than what it is compared with
LIKELY_FACTOR = 100.0  # worth a note: a recording of which less than 1 % is tracked, or in trials

# Frame numbers make a factor of 10 to 200, which partial tracking reaches as well; whole numbers one apart tell them apart.
FRAME_FACTOR = 10.0
LIKELY_FRAME_FACTOR = 3.0
# No camera takes less than a frame a second for tracking; at a factor of 20 its times are not seconds.
SLOW_FRAME_S, SLOW_FACTOR = 1.0, 20.0

# Spikes: fewer say nothing about the time that was recorded.
MIN_SPIKES = 50
MIN_WHOLE = 100  # whole numbers by chance: impossible long before, but made-up data may be so
UNIT_SPIKES = 10  # a unit with fewer says nothing about silence
ROBUST = (0.01, 0.99)  # quantiles of spike times that stand for their span: single false spikes may lie anywhere

# Rates tell the unit of spike times without anything else: units that are recorded fire at 0.1 to 50 Hz.
NO_RATE_HZ = 0.02  # a median below, with whole numbers as times: 20 Hz in ms, or anything in sample numbers
LOW_RATE_HZ = 0.05  # a median below, together with slow frames and a day of recording
DAY_S = 86400.0

# Spikes outside the intervals in which their unit was observed: some are cut off at the edges, never most of them.
MOST_STRAYS = 0.9

# Silence at an end of the recording: what comes before the first or after the last spike. Nothing was recorded there where it is
# far longer than any silence between spikes, and many spikes would be expected. A few units may fall silent by themselves (place
# cells in another room): with so few, a long silence is noted and never refused.
MIN_UNITS = 5
SILENCE_TIMES, SILENCE_SPIKES = 5.0, 50.0
FEW_UNITS_TIMES, FEW_UNITS_SPIKES = 20.0, 500.0
MOST_BEYOND = 0.5  # with fewer spikes than say anything: more trials than this outside of all spikes can't be chance

# Spike times that begin anew with each trial.
MIN_REPEATS = 3  # steps back to near the beginning, in each of several units; units that were merged have one or two
MIN_REPEATS_ALONE = 5  # in a single unit
MAX_BACK = 1 / 3  # of the spikes; times in no order at all go back at every other spike
REPEAT_DROP = 0.4  # median step back, as a fraction of the unit's span; three spikes a trial make 0.5
SPREAD = 0.3  # units agree in the number of steps back within this fraction (middle half)
MIN_TRIALS = 5
LONGER = 1.5  # all spikes within so many times the longest trial, while most trials begin later: times are a trial's

# Notes on what is not covered.
NOTED_TRACKED = 0.5  # less of the recording is tracked than this fraction; time between trials is often left out
NOTED_SILENT = 0.05  # more of the tracked time than this lies before the first or after the last spike

# How many spikes are looked at.
READ_SPIKES, READ_UNITS = 1_000_000, 5  # units are read until both are reached, spread over the table
