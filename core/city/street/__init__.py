"""The static street world as meshes: ground and paint, houses, trees, street furniture, the far distance.

Owns: everything that stands still. Does not own: the road network (where roads, lanes and signals are), actors, light.

Decisions: one triangle soup with surface coordinates in metres; each house, tree or post is one instance. Chance comes
from `core.city.seeds.generator`, one generator per purpose, so that a change of one part moves no other.
"""
