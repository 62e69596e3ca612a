"""Reconstruction: from a log to a scene.

Owns: making the splats of a log's static world, of its actors and of its sky; `lift` does it without any network.
Does not own: the scene itself (`core/scene`), drawing (`core/splats`), training loops (`core/training`).

Decisions
- Whatever comes later starts from what `lift` finds: places are decided by geometry first.
"""
