"""Teaches the recognizer: `tunnepolku train privacy`."""
