"""What is known is repaired, the rest is made up."""

from __future__ import annotations

import torch
from small_network import CONFIG, conditions_of, latents_of, small_network
from torch import Tensor

from core.worldgen.conditions import Conditions
from core.worldgen.inventing import Inventing
from core.worldgen.model import WorldGen
from core.worldgen.rollout import Rollout, seeded_noise

SHAPE = (1, 2, 2, 3, 4, 6)
STEPS = (1.0, 0.8, 0.5)
CHUNKS = 4


def repairing() -> Rollout:
    torch.manual_seed(3)
    network = WorldGen(CONFIG).eval().requires_grad_(False)
    torch.nn.init.normal_(network.head.weight, std=0.3)
    return Rollout(network, noise=seeded_noise(0), steps=(1.0,))


def inventing() -> Rollout:
    return Rollout(small_network(), noise=seeded_noise(0), steps=STEPS)


def pair() -> Inventing:
    return Inventing(repairing(), inventing(), remembers=CONFIG.window - CONFIG.chunk)


def drive() -> tuple[Tensor, Conditions, list[Conditions]]:
    torch.manual_seed(1)
    return latents_of(2), conditions_of(2), [conditions_of(2) for _ in range(CHUNKS)]


def unknown(share: float) -> Tensor:
    return torch.full((1, 2, 2, 1, 4, 6), share)


def test_what_is_known_is_repaired_and_the_other_one_is_not_even_asked() -> None:
    first, told, conditions = drive()
    both, alone = pair(), repairing()
    passes = 0

    def count(*_: object) -> None:
        nonlocal passes
        passes += 1

    both._inventing._network.register_forward_hook(count)
    for rollout in (both, alone):
        rollout.see(first, told)
    for each, share in zip(conditions, (None, 0.0, None, 0.0), strict=True):
        each = each if share is None else each.with_unknown(unknown(share))
        torch.testing.assert_close(both.go_on(each, SHAPE), alone.go_on(each, SHAPE))
    assert passes == 0
    assert both.chunks == CHUNKS


def test_what_is_unknown_is_made_as_by_one_that_always_was_alone() -> None:
    first, told, conditions = drive()
    both, alone = pair(), inventing()
    for rollout in (both, alone):
        rollout.see(first, told)
    for each in conditions:
        made = both.go_on(each.with_unknown(unknown(1.0)), SHAPE)
        torch.testing.assert_close(made, alone.go_on(each, SHAPE))


def test_who_is_asked_late_knows_what_was_made_before() -> None:
    first, told, conditions = drive()
    both, alone = pair(), inventing()
    both.see(first, told)
    made = [both.go_on(each, SHAPE) for each in conditions[:-1]]
    for latents, each in list(zip(made, conditions, strict=False))[-2:]:  # as many as it remembers
        alone.see(latents, each)
    alone.chunks = len(made)
    last = both.go_on(conditions[-1].with_unknown(unknown(1.0)), SHAPE)
    torch.testing.assert_close(last, alone.go_on(conditions[-1], SHAPE))


def test_what_is_made_up_goes_around_what_is_known_and_both_remember_it() -> None:
    first, told, conditions = drive()
    half = unknown(1.0)
    half[..., :3] = 0.0
    both, known = pair(), repairing()
    for rollout in (both, known):
        rollout.see(first, told)
    made = both.go_on(conditions[0].with_unknown(half), SHAPE)
    repaired, ready = known.denoised(conditions[0], SHAPE)
    torch.testing.assert_close(made[..., :3], repaired[..., :3])
    assert float((made - repaired)[..., 3:].abs().mean()) > 0.1
    known.take(made, ready)
    torch.testing.assert_close(both.go_on(conditions[1], SHAPE), known.go_on(conditions[1], SHAPE))


def test_denoising_heeds_what_is_kept() -> None:
    """What is made beside it depends on it: noise is added to it, too."""
    torch.manual_seed(1)
    told, kept = conditions_of(2), latents_of(2)
    mostly = 1 - unknown(1.0)
    mostly[..., :3] = 1.0
    made = [inventing().denoised(told, SHAPE, kept=(each, mostly))[0] for each in (kept, kept + 1.0)]
    for one, which in zip(made, (kept, kept + 1.0), strict=True):
        torch.testing.assert_close(one[..., :3], which[..., :3])
    assert not torch.allclose(made[0][..., 3:], made[1][..., 3:])
