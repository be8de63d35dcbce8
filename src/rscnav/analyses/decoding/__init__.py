"""Cross-validated decoders: which landmark it is, how the trial ends, and where the animal is.

- ``balanced_accuracy``  how well a class is decoded: balanced accuracy, what permuted labels give, and an interval
- ``baseline_features``  what could be decoded without a brain: the path moved since the last landmark, the time in the trial
- ``cross_validation``   labels of trials for decoding
- ``decoding``           analysis `decoding`: which landmark the second one is, and how the trial ends, read from the state around it
- ``error_histograms``   what is shown beside the mean error of decoded positions
- ``position_basis``     positions as a few smooth functions of place, and back: what a linear readout is fitted to
- ``position_decoding``  analysis `position_decoding`: where the animal is, read from the state, in trials that the readout never saw
- ``ridge_classifier``   linear decoding of two classes, held out, for many labellings at once
- ``ridge_regression``   ridge regression of many targets, held out by folds, from sums of products alone
"""
