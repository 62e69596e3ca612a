"""What the panel says of a scenario's weather."""

import pytest

from app.controllers.generation import weather_told
from core.scenario import Conditions


@pytest.mark.parametrize(
    ("conditions", "told"),
    [
        (Conditions(), "As recorded"),
        (Conditions(weather="fog", intensity=0.25), "Fog, 25%"),
        (Conditions(weather="night", intensity=0.25), "Night"),
    ],
)
def test_of_rain_and_fog_it_says_how_much_there_is(conditions: Conditions, told: str) -> None:
    assert weather_told(conditions) == told
