"""Masking of what identifies a person, and keyed hashes in place of customer and agent numbers.

Both are pseudonymisation, not anonymisation: who holds the secret, or knows the story, may still know the person.
"""

from pipeline.privacy.masking import mask
from pipeline.privacy.pseudonyms import Secret, load_secret, pseudonymize

__all__ = ["Secret", "load_secret", "mask", "pseudonymize"]
