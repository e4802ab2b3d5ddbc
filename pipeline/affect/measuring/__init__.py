"""Measuring: figures with their intervals, consistency, comparison, and whether our corpus is fit to learn from."""
