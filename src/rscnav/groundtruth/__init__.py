"""How each estimate approaches the truth: the example recording with few and many units and trials, and what is true of it.

- ``subsets``     some units and some trials of a session
- ``estimates``   which numbers of which analyses are followed, and the settings under which they are made
- ``measure``     one recording -> rows of estimates; ``rows``  their CSV file
- ``population``  the simulated neurons as a distribution: what a long walk and the belief in it make them do on average
- ``truths``      what the estimates should be, from expected rates and the belief, without our estimators
- ``ideal``       what the belief allows a readout to know of place, landmark and outcome
- ``needs``       how many units and trials bring an estimate near the truth; the table
- ``panels``      which estimates the figure shows, beside which truth
- ``figure``      the figure; ``summary``  it, all rows and the table of needs in a folder
- ``table``       which module does which part of the command
"""
