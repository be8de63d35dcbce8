"""Cross-validated decoders of landmark identity, outcome and position.

- ``balanced_accuracy``  balanced accuracy, its permutation null distribution, and its interval
- ``baseline_features``  baseline features: displacement since the last landmark, and time in the trial
- ``cross_validation``   folds of whole trials, and permutations of labels within strata
- ``decoding``           analysis `decoding`: decoding of the second landmark's identity and of the trial's outcome, in sliding windows
- ``error_histograms``   distributions and maps of decoding errors, and errors of the observers
- ``position_basis``     smooth basis functions of position (Fourier, cosine), and decoding of a position from them
- ``position_decoding``  analysis `position_decoding`: cross-validated decoding of position
- ``ridge_classifier``   cross-validated linear classification of two classes, for many labellings at once
- ``ridge_regression``   cross-validated ridge regression of many targets
"""
