"""Evaluation: how good a reconstruction or a generated picture is.

Owns: metrics on images and films, holding a scene against the pictures of a log that it has not seen, and a generator
against the drive that it was to make.
Does not own: reconstruction, training.
"""
