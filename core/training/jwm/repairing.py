"""Renders made good in one step (J0)."""

from __future__ import annotations

import torch

from core.training.worldgen.batches import Batch
from core.training.worldgen.flow import TeacherForced, after_clean, flow_loss
from core.training.worldgen.lesson import Losses
from core.worldgen.schedule import source_of, velocity


class Repairing(TeacherForced):
    """From the latents of a render to those of the truth, each chunk after clean earlier ones."""

    repairs = True

    def losses(self, batch: Batch, step: int, choice: int) -> Losses:
        clean = batch.latents
        told = self.referred(clean, batch.conditions)
        source = source_of(torch.zeros_like(clean), told)
        sigma = clean.new_ones(clean.shape[:2])
        predicted = after_clean(self.network, clean, source, sigma, told)
        return {"loss": flow_loss(predicted, velocity(clean, source))}
