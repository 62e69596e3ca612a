"""The intelligent-driver model: how a driver accelerates behind another.

Source: M. Treiber, A. Hennecke, D. Helbing, "Congested traffic states in empirical observations and
microscopic simulations", Physical Review E 62 (2000); lane changes after A. Kesting, M. Treiber, D. Helbing,
"General lane-changing model MOBIL for car-following models", Transportation Research Record 1999 (2007).
"""

from __future__ import annotations

from dataclasses import dataclass

HARDEST_BRAKING_MPS2 = 7.0
_EASING_MPS2 = 2.0  # strongest slowing towards a lower desired speed when nothing is in the way


@dataclass(frozen=True)
class Driver:
    """How one driver drives. Times and distances to the leader's rear bumper."""

    speed_factor: float = 1.0  # desired speed over the speed limit
    headway_s: float = 1.3
    standstill_gap_m: float = 2.0
    acceleration_mps2: float = 1.6
    braking_mps2: float = 2.0  # comfortable
    politeness: float = 0.2
    lane_change_gain_mps2: float = 0.25


def acceleration(driver: Driver, speed_mps: float, desired_mps: float, gap_m: float, leader_mps: float) -> float:
    """Acceleration in m/s² behind a leader at `gap_m`, which is infinite when there is none; never below -7."""
    free = 1.0 - (speed_mps / max(desired_mps, 0.1)) ** 4
    free_mps2 = max(driver.acceleration_mps2 * free, -_EASING_MPS2)
    if gap_m == float("inf"):
        return free_mps2
    interaction = driver.acceleration_mps2 * (wanted_gap_m(driver, speed_mps, leader_mps) / max(gap_m, 0.1)) ** 2
    return max(free_mps2 - interaction, -HARDEST_BRAKING_MPS2)


def wanted_gap_m(driver: Driver, speed_mps: float, leader_mps: float) -> float:
    """The gap that a driver keeps at this speed while closing in at this rate."""
    closing = speed_mps * (speed_mps - leader_mps) / (2.0 * (driver.acceleration_mps2 * driver.braking_mps2) ** 0.5)
    return driver.standstill_gap_m + max(speed_mps * driver.headway_s + closing, 0.0)


def braking_to_stop(speed_mps: float, distance_m: float) -> float:
    """Constant deceleration in m/s² that stops within a distance."""
    return speed_mps**2 / (2.0 * max(distance_m, 0.01))
