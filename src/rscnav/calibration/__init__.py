"""Do the tests and intervals keep their promises? Simulated sessions in which nothing is to be found, and error rates on them.

- ``walks``          behaviour: walks on the ring past two landmarks
- ``null_sessions``  seven kinds of sessions in which the null hypotheses hold
"""
