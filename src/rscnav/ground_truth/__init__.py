"""Ground truth: accuracy of estimates against counts of units and trials, on simulated recordings with known true values.

- ``estimates``             quantities of the analyses that are compared with ground truth, and their settings
- ``figure``                figure of the estimates against the count of trials, with their true values
- ``ideal_decoders``        smallest error that a decoder of the Bayes posterior can have
- ``measure``               simulation of one recording, and estimates of its subsets
- ``panels``                estimates and true values in the figure and in the table of sample sizes
- ``registry``              registry of the parts of ``rscnav ground-truth``
- ``report``                summary: all estimates in one file, table of sample sizes, figure
- ``sample_size_table``     sample sizes that each estimate needs, and its mean error
- ``simulated_population``  distribution of simulated neurons, and a long walk that drives them
- ``subsampling``           subsets of units and trials of a session
- ``true_values``           true values of the estimates, without using the estimators
"""
