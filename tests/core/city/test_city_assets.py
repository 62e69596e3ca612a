"""Road users of the city as splats."""

from __future__ import annotations

import numpy as np
import pytest

from core.city.actors import ActorKind, actor_size
from core.city.assets import CITY_ASSETS, city_asset
from core.logs import ActorClass
from core.scene.asset_pictures import asset_picture


@pytest.mark.parametrize("kind", [ActorKind.CAR, ActorKind.DEER, ActorKind.DEBRIS])
def test_splats_lie_on_the_surface_inside_the_box_and_reach_its_faces(kind: ActorKind) -> None:
    asset = city_asset(kind, 1)
    low, high = asset.cloud.means_m.min(0), asset.cloud.means_m.max(0)
    half = np.array(asset.size_m) / 2
    assert asset.size_m == actor_size(kind, 1)
    assert (np.abs(asset.cloud.means_m) <= half + 1e-3).all()
    assert low[2] == pytest.approx(-half[2], abs=0.06)
    assert high[2] == pytest.approx(half[2], abs=0.3 * half[2])
    assert asset.coverage is not None and asset.coverage.share == 1.0


def test_the_same_kind_and_seed_give_the_same_splats() -> None:
    one, other, another = (city_asset(ActorKind.CONE, seed) for seed in (1, 1, 2))
    assert np.array_equal(one.cloud.means_m, other.cloud.means_m)
    assert len(one.cloud) != len(another.cloud) or not np.array_equal(one.cloud.means_m, another.cloud.means_m)


def test_the_choice_has_everything_that_may_be_on_a_road() -> None:
    classes = {city_asset(kind, seed).actor_class for kind, seed in CITY_ASSETS if kind is not ActorKind.CYCLIST}
    assert {ActorClass.ANIMAL, ActorClass.DEBRIS, ActorClass.PEDESTRIAN, ActorClass.TRUCK, ActorClass.CONE} <= classes


def test_a_picture_shows_the_asset_whole_and_solid() -> None:
    alpha = asset_picture(city_asset(ActorKind.VAN, 1), 120, 80)[..., 3] / 255
    assert alpha.shape == (80, 120)
    assert max(alpha[0].max(), alpha[-1].max(), alpha[:, 0].max(), alpha[:, -1].max()) < 0.1
    assert (alpha > 0.9).mean() > 0.25
    rows = alpha[30:50, 45:75]
    assert rows.min() > 0.8  # no holes
