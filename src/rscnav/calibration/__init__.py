"""Do the tests and intervals keep their promises? Simulated sessions in which nothing is to be found, and error rates on them.

- ``walks``          behaviour: walks on the ring past two landmarks
- ``null_sessions``  seven kinds of sessions in which the null hypotheses hold
- ``planted``        sessions of the same units again and again, in which there is something: for intervals
- ``claims``         which p-values and intervals there are, and on which kinds of sessions each p's null is true
- ``trials_of``      runs one analysis on many simulated sessions and writes down what it claimed
- ``verdict``        error rates and coverage from that, against their bounds; the table
"""
