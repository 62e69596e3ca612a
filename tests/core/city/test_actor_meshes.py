"""What traffic, renderer and labels rely on in the meshes of road users."""

from __future__ import annotations

import numpy as np
import pytest

from core.city.actors import STANDING, ActorKind, actor_class, actor_label, actor_size, build_actor
from core.city.mesh import Mesh
from core.city.surfaces import Label, Material, SurfaceTable
from core.logs import ActorClass

SEEDS = range(8)
PHASES = (STANDING, 0.0, 0.2, 0.45, 0.7, 0.93)
WALKERS = (ActorKind.PEDESTRIAN, ActorKind.CYCLIST, ActorKind.DOG, ActorKind.CAT, ActorKind.DEER)
BUDGETS = {
    ActorKind.CAR: (600, 1500), ActorKind.VAN: (600, 1500), ActorKind.TRUCK: (600, 1500), ActorKind.BUS: (600, 1500),
    ActorKind.MOTORCYCLE: (600, 1500), ActorKind.CYCLIST: (500, 1200), ActorKind.PEDESTRIAN: (300, 700),
    ActorKind.DOG: (200, 900), ActorKind.CAT: (200, 900), ActorKind.DEER: (200, 900), ActorKind.CONE: (40, 300),
    ActorKind.BARRIER: (20, 400), ActorKind.DEBRIS: (10, 300),
}  # fmt: skip


def built(kind: ActorKind, seed: int, phase: float = 0.0) -> tuple[Mesh, SurfaceTable]:
    table = SurfaceTable()
    return build_actor(kind, seed, table, instance=7, phase=phase), table


def face_normals(mesh: Mesh) -> np.ndarray:
    corners = mesh.vertices[mesh.faces].astype(np.float64)
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    return normals / np.linalg.norm(normals, axis=1, keepdims=True)


def used(mesh: Mesh) -> np.ndarray:
    return mesh.vertices[np.unique(mesh.faces)]


@pytest.mark.parametrize("kind", ActorKind)
class TestEveryKind:
    def test_mesh_fills_its_box_and_stands_on_its_floor(self, kind: ActorKind) -> None:
        for seed in SEEDS:
            half = np.array(actor_size(kind, seed)) / 2
            points = used(built(kind, seed)[0])
            assert np.all(np.abs(points) <= half + 0.01)
            assert points[:, 2].min() == pytest.approx(-half[2], abs=0.012)
            assert np.ptp(points[:, 1]) > 1.4 * half[1]

    def test_no_phase_leaves_the_box(self, kind: ActorKind) -> None:
        for seed in SEEDS[:3]:
            half = np.array(actor_size(kind, seed)) / 2
            for phase in PHASES:
                points = used(built(kind, seed, phase)[0])
                assert np.all(np.abs(points) <= half + 0.05)
                assert points[:, 2].min() == pytest.approx(-half[2], abs=0.03)

    def test_numbers_are_finite_and_normals_are_unit_vectors_near_their_face(self, kind: ActorKind) -> None:
        for seed in SEEDS:
            mesh, _ = built(kind, seed)
            assert np.isfinite(mesh.vertices).all()
            assert np.isfinite(mesh.uv).all()
            assert mesh.uv.shape == (len(mesh.faces), 3, 2)
            assert np.linalg.norm(mesh.normals, axis=2) == pytest.approx(1.0, abs=1e-4)
            assert np.einsum("fci,fi->fc", mesh.normals, face_normals(mesh)).min() > -1e-3

    def test_surfaces_exist_and_carry_the_label_of_the_class(self, kind: ActorKind) -> None:
        for seed in SEEDS:
            mesh, table = built(kind, seed)
            integers, floats = table.arrays()
            assert mesh.surface.min() >= 0
            assert mesh.surface.max() < len(table)
            assert set(integers[:, 1]) == {actor_label(kind)}
            assert set(mesh.instance) == {7}
            assert ((floats[:, :6] >= 0.0) & (floats[:, :6] <= 1.0)).all()

    def test_seen_from_outside_all_faces_turn_their_front(self, kind: ActorKind) -> None:
        from embreex.mesh_construction import TriangleMesh
        from embreex.rtcore_scene import EmbreeScene

        rng = np.random.default_rng(3)
        for seed in SEEDS[:4]:
            mesh, _ = built(kind, seed, 0.3)
            scene = EmbreeScene()
            TriangleMesh(scene, np.ascontiguousarray(mesh.vertices[mesh.faces]))
            directions = rng.normal(size=(4000, 3))
            directions[:, 2] = -np.abs(directions[:, 2]) * 0.5
            directions /= np.linalg.norm(directions, axis=1, keepdims=True)
            half = np.array(actor_size(kind, seed)) / 2
            origins = rng.uniform(-half, half, size=(4000, 3)) - directions * 20.0
            hit = scene.run(origins.astype(np.float32), directions.astype(np.float32))
            towards = np.einsum("ij,ij->i", face_normals(mesh)[hit[hit >= 0]], directions[hit >= 0])
            assert (hit >= 0).sum() > 200
            assert (towards < 0.0).mean() > 0.995

    def test_equal_arguments_give_equal_meshes_and_seeds_differ(self, kind: ActorKind) -> None:
        (first, _), (again, _) = built(kind, 3, 0.25), built(kind, 3, 0.25)
        assert np.array_equal(first.vertices, again.vertices)
        assert np.array_equal(first.surface, again.surface)
        others = [built(kind, seed, 0.25) for seed in range(4, 12)]
        assert any(
            mesh.vertices.shape != first.vertices.shape or not np.allclose(mesh.vertices, first.vertices)
            for mesh, _ in others
        )

    def test_triangles_stay_within_budget(self, kind: ActorKind) -> None:
        low, high = BUDGETS[kind]
        counts = [len(built(kind, seed)[0].faces) for seed in range(30)]
        assert max(counts) <= high
        assert max(counts) >= low

    def test_the_class_has_a_label_of_the_same_name(self, kind: ActorKind) -> None:
        assert actor_label(kind).name == actor_class(kind).name


def test_kinds_belong_to_the_classes_of_logs() -> None:
    assert actor_class(ActorKind.CYCLIST) is ActorClass.BICYCLE
    assert actor_class(ActorKind.DEER) is ActorClass.ANIMAL
    assert actor_class(ActorKind.TRUCK) is ActorClass.TRUCK
    assert actor_label(ActorKind.CAT) is Label.ANIMAL


@pytest.mark.parametrize("kind", WALKERS)
def test_a_phase_moves_the_legs_and_leaves_the_back(kind: ActorKind) -> None:
    height = actor_size(kind, 2)[2]
    rest, moved = (built(kind, 2, phase)[0].vertices for phase in (0.0, 0.3))
    shift = np.linalg.norm(rest - moved, axis=1)
    low = rest[:, 2] < -0.2 * height
    assert shift[low].max() > 0.1 * height
    # The middle of the back keeps its place; the pelvis may bob a little.
    middle = (np.abs(rest[:, 1]) < 0.03) & (rest[:, 2] > 0.25 * height)
    assert middle.any()
    assert shift[middle].max() < 0.04 * height


@pytest.mark.parametrize("kind", [ActorKind.PEDESTRIAN, ActorKind.DOG, ActorKind.DEER])
def test_who_stands_has_the_feet_together_on_the_ground(kind: ActorKind) -> None:
    for seed in SEEDS:
        half = np.array(actor_size(kind, seed)) / 2
        rest, stride = (used(built(kind, seed, phase)[0]) for phase in (STANDING, 0.0))
        assert rest[:, 2].min() == pytest.approx(-half[2], abs=0.01)
        feet = [points[points[:, 2] < -0.9 * half[2]][:, 0] for points in (rest, stride)]
        assert np.ptp(feet[0]) < np.ptp(feet[1]) - 0.05


@pytest.mark.parametrize("kind", WALKERS)
def test_a_gait_returns_to_its_start(kind: ActorKind) -> None:
    start, end = (built(kind, 1, phase)[0].vertices for phase in (0.0, 0.999))
    legs = np.linalg.norm(start - end, axis=1)
    assert np.quantile(legs, 0.9) < 0.02


@pytest.mark.parametrize("kind", [ActorKind.CAR, ActorKind.VAN, ActorKind.TRUCK, ActorKind.BUS])
def test_vehicles_stand_on_tyres_at_four_corners(kind: ActorKind) -> None:
    for seed in SEEDS:
        mesh, table = built(kind, seed)
        length, width, height = actor_size(kind, seed)
        rubber = np.isin(mesh.surface, np.flatnonzero(table.arrays()[0][:, 0] == Material.RUBBER))
        tyres = mesh.vertices[np.unique(mesh.faces[rubber])]
        touching = tyres[tyres[:, 2] < -height / 2 + 0.01]
        for along in (1, -1):
            for aside in (1, -1):
                here = (touching[:, 0] * along > 0.15 * length) & (touching[:, 1] * aside > 0.25 * width)
                assert here.any()


@pytest.mark.parametrize("kind", [ActorKind.CAR, ActorKind.VAN, ActorKind.TRUCK, ActorKind.BUS, ActorKind.MOTORCYCLE])
def test_vehicles_shine_forward_and_glow_backward(kind: ActorKind) -> None:
    for seed in SEEDS:
        mesh, table = built(kind, seed)
        materials = table.arrays()[0][:, 0][mesh.surface]
        centres, fronts = mesh.vertices[mesh.faces].mean(axis=1), face_normals(mesh)
        head, tail = materials == Material.HEAD_LAMP, materials == Material.TAIL_LAMP
        assert (centres[head, 0].max() > 0) and (fronts[head, 0].max() > 0.5)
        assert (centres[tail, 0].min() < 0) and (fronts[tail, 0].min() < -0.5)


def test_sizes_are_those_of_the_street() -> None:
    limits = {
        ActorKind.CAR: ((3.7, 1.7, 1.2), (5.7, 2.2, 1.95)),
        ActorKind.VAN: ((4.2, 1.8, 1.7), (6.1, 2.4, 2.8)),
        ActorKind.TRUCK: ((7.0, 2.4, 2.6), (9.5, 3.0, 4.0)),
        ActorKind.BUS: ((10.5, 2.5, 2.9), (12.9, 3.0, 3.6)),
        ActorKind.CYCLIST: ((1.6, 0.4, 1.5), (2.0, 0.8, 2.0)),
        ActorKind.PEDESTRIAN: ((0.4, 0.3, 1.0), (1.4, 0.9, 2.1)),
    }
    for kind, (low, high) in limits.items():
        for seed in range(25):
            size = np.array(actor_size(kind, seed))
            assert (size >= low).all(), (kind, seed, size)
            assert (size <= high).all(), (kind, seed, size)
