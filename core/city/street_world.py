"""Builds the static world of a road network."""

from __future__ import annotations

from core.city.roads import RoadNetwork
from core.city.static_world import StaticWorld
from core.city.street.builder import MeshBuilder
from core.city.street.ground import add_roads, add_terrain
from core.city.street.space import Space
from core.city.surfaces import SurfaceTable


def build_static_world(network: RoadNetwork, seed: int) -> StaticWorld:
    """Everything that stands still along a network: the same world for the same network and seed."""
    surfaces = SurfaceTable()
    builder = MeshBuilder(surfaces)
    space = Space(network)
    marks = add_roads(builder, network, seed)
    add_terrain(builder, space)
    return StaticWorld(
        builder.build(), surfaces, marks=marks, instances=tuple(builder.instances), signal_plans=network.signal_plans
    )
