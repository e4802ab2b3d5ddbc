"""Learning: corpora, training, calibration, export, and tuning on an analyst's corrections."""
