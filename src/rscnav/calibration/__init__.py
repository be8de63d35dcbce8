"""Do the tests and intervals keep their promises? Simulated sessions in which nothing is to be found, and error rates on them.

- ``claims``            which p-values and intervals the analyses give
- ``null_sessions``     seven kinds of sessions in which nothing is to be found, each with a feature that has fooled a test before
- ``planted_sessions``  sessions in which there is something: the same units each time, new trials each time
- ``random_walks``      behaviour without a brain: walks on the ring past two landmarks, as sessions that wait for activity
- ``registry``          the claims of every analysis: one line each
- ``report``            error rates and coverage, each against its bound; the table as Markdown and CSV
- ``run``               runs one analysis on many simulated sessions of one kind, and writes down what it claimed
"""
