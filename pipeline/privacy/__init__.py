"""Masking of what identifies a person, and keyed hashes in place of customer and agent numbers.

Both are pseudonymisation, not anonymisation: who holds the secret, or knows the story, may still know the person.
"""

from pipeline.privacy.masking import mask, mask_label, mask_turns
from pipeline.privacy.pseudonyms import Secret, load_secret, pseudonymize
from pipeline.privacy.special import find_special

__all__ = ["Secret", "find_special", "load_secret", "mask", "mask_label", "mask_turns", "pseudonymize"]
