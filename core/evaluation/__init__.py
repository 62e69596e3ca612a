"""Evaluation: how good a reconstruction or a generated picture is.

Owns: metrics on images, and holding a scene against the pictures of a log that it has not seen.
Does not own: reconstruction, training.
"""
