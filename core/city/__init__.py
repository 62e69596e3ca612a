"""A procedural city: streets, buildings, traffic, weather, and what any rig would record there.

Owns: geometry, traffic, sensors, ray-cast truth *also after an edit*. Does not own: learning.
"""
