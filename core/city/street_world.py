"""Builds the static world of a road network."""

from __future__ import annotations

from core.city.roads import RoadNetwork
from core.city.static_world import StaticWorld
from core.city.street.blocks import add_blocks
from core.city.street.builder import MeshBuilder
from core.city.street.furniture import add_furniture
from core.city.street.greenery import add_trees
from core.city.street.ground import add_roads, add_terrain
from core.city.street.sky_share import sky_share
from core.city.street.space import Space
from core.city.surfaces import SurfaceTable


def build_static_world(network: RoadNetwork, seed: int) -> StaticWorld:
    """Everything that stands still along a network: the same world for the same network and seed."""
    surfaces = SurfaceTable()
    builder = MeshBuilder(surfaces)
    space = Space(network)
    marks = add_roads(builder, network, seed)
    add_terrain(builder, space)
    add_blocks(builder, network, space, seed)
    lamps = add_furniture(builder, network, space, seed)
    add_trees(builder, network, space, seed)
    mesh = builder.build()
    return StaticWorld(
        mesh,
        surfaces,
        lamps,
        marks,
        sky_share(mesh, surfaces, builder.own_ambient()),
        tuple(builder.instances),
        network.signal_plans,
    )
