"""Chunks by two generators: one that heeds a scene, and one that makes up what the scene does not know."""

from __future__ import annotations

import torch
from torch import Tensor

from core.worldgen.conditions import Conditions
from core.worldgen.rollout import Rollout


class Inventing:
    """Streams as a `Rollout` does.

    A generator that makes renders good has nothing to say where nothing was rendered: it answers with the mean of all
    that might be there, which is grey. One that knows no scene makes something up. So each chunk is repaired first;
    where `Conditions.unknown` says so, the other one makes it, in its own steps, around what is known. Both then
    remember the same.

    Most chunks have nothing to make up. The other generator hears of them only once it is needed.
    """

    def __init__(self, repairing: Rollout, inventing: Rollout, *, remembers: int) -> None:
        """
        Args:
            repairing: of the generator that heeds a scene.
            inventing: of the other; nothing was made by it yet.
            remembers: frames before a chunk that it sees.
        """
        self._repairing, self._inventing, self._remembers = repairing, inventing, remembers
        self._unheard: list[tuple[Tensor, Conditions]] = []

    @property
    def chunks(self) -> int:
        return self._repairing.chunks

    @chunks.setter
    def chunks(self, number: int) -> None:
        self._repairing.chunks = number

    def see(self, latents: Tensor, conditions: Conditions) -> None:
        """As `Rollout.see`."""
        self._repairing.see(latents, conditions)
        self._note(latents, _alone(conditions))

    def go_on(self, conditions: Conditions, shape: tuple[int, ...]) -> Tensor:
        """As `Rollout.go_on`."""
        made, ready = self._repairing.denoised(conditions, shape)
        told, unknown = _alone(conditions), conditions.unknown
        if unknown is None or not bool((unknown > 0).any()):
            self._note(made, told)
        else:
            self._hear()
            self._inventing.chunks = self.chunks  # the noise of a chunk is that of its number
            made, inventing = self._inventing.denoised(told, shape, kept=(made, 1 - unknown))
            self._inventing.take(made, inventing)
        self._repairing.take(made, ready)
        return made

    def _note(self, latents: Tensor, conditions: Conditions) -> None:
        self._unheard.append((latents, conditions))
        while sum(each.shape[1] for each, _ in self._unheard[1:]) >= self._remembers:
            del self._unheard[0]

    def _hear(self) -> None:
        while self._unheard:
            with torch.no_grad():
                self._inventing.see(*self._unheard[0])
            del self._unheard[0]


def _alone(conditions: Conditions) -> Conditions:
    """What is told to who knows no scene."""
    return conditions.without("prior", "scene")
