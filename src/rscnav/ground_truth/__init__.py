"""How each estimate approaches the truth: the example recording with few and many units and trials, and what is true of it.

- ``estimates``             which numbers of which analyses are followed, and under which settings
- ``figure``                the figure: a panel an estimate, trials along x, a line a number of units, truth dashed
- ``ideal_decoders``        what the belief allows: the least errors of a readout of the posterior that the simulated neurons follow
- ``measure``               one recording of the example -> rows of estimates
- ``panels``                which estimates the figure and the table of needs show, and beside which truth
- ``registry``              the parts of ``rscnav ground-truth``: the module that does each, imported when wanted
- ``report``                all rows in one file, the table of needs and the figure
- ``sample_size_table``     how many units and trials bring an estimate near what it should be; which way it errs below that
- ``simulated_population``  the simulated neurons as a distribution, and a long walk that drives them: every expectation is a sum over both
- ``subsampling``           some units and some trials of a session, as if no others had been recorded
- ``true_values``           what the estimates should be: sums over all units and a long walk, none of which uses the estimators
"""
