"""What every test may use."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

hypothesis.settings.register_profile("same each time", derandomize=True)
hypothesis.settings.load_profile("same each time")

if "PYTEST_XDIST_WORKER" in os.environ:
    # Several workers share the cores; threads of each that wait for each other would be slower than one.
    os.environ |= {"OMP_NUM_THREADS": "1", "LP_NUM_THREADS": "1"}


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real samples that lie beside the repository; tests that need them skip without."""
    folder = Path(__file__).parents[2] / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the shared samples are not beside this repository")
    return folder


@pytest.fixture(scope="session")
def real_piece() -> Path:
    """Five frames of a real PandaSet drive with three cameras; sweeps 1, 2 and 3 are missing."""
    return Path(__file__).parent / "data" / "pandaset_small" / "002"


@pytest.fixture(scope="session")
def small_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of models as the shipped ones lie: preset tiny, but smaller still and of random weights."""
    import torch

    from core.worldrec.model.config import WorldRecConfig
    from core.worldrec.model.network import WorldRec
    from core.worldrec.model.weights import FILE, save_network

    folder = tmp_path_factory.mktemp("models")
    with torch.random.fork_rng():
        torch.manual_seed(0)
        sizes = {"image_width": 4, "image_blocks": 1, "splat_width": 8, "query_width": 8, "heads": 2}
        network = WorldRec(WorldRecConfig(rounds=2, max_splats=4000, **sizes))
        torch.nn.init.normal_(network.head[-1].weight, std=0.02)
        save_network(network, folder / "worldrec-tiny" / FILE)
    return folder


@pytest.fixture
def small_network(small_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reconstruction takes the weights of `small_models` instead of those that are shipped."""
    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(small_models))


@pytest.fixture
def small_generator(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of models with a generator and a tokenizer, as the shipped ones lie, but small and of random weights."""
    import torch

    from core.worldgen.conditions.layout import CHANNELS
    from core.worldgen.conditions.weather import WEATHER_SIZE
    from core.worldgen.model import WorldGen, WorldGenConfig
    from core.worldgen.model.weights import Origin, save_worldgen
    from core.worldgen.shipped import tokenizer_weights_of, worldgen_weights_of
    from core.worldgen.tokenizer import FrameTokenizer, save_tokenizer
    from core.worldgen.tokenizer.config import TokenizerConfig

    monkeypatch.setenv("DRIFTLESS_MODELS_DIR", str(tmp_path / "models"))
    sizes = {"width": 24, "depth": 1, "heads": 2, "feedforward": 32, "latent_channels": 6, "image_height": 32}
    known = {"layout_channels": len(CHANNELS), "weather_kinds": WEATHER_SIZE, "chunk": 2, "window": 4}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        network = WorldGen(WorldGenConfig(**sizes, **known))
        torch.nn.init.normal_(network.head.weight, std=0.2)
        save_worldgen(network, worldgen_weights_of("tiny"), Origin(stage="dmd", steps=0, seed=0))
        small = TokenizerConfig(channels=6, widths=(8, 8, 16), encoder_blocks=(0, 0, 1), decoder_blocks=(0, 0, 1))
        save_tokenizer(FrameTokenizer(small), tokenizer_weights_of("tiny"))
    return tmp_path / "models"


@pytest.fixture
def small_pandaset(tmp_path: Path) -> Path:
    """A tiny PandaSet log of its own for a test, free to damage; see `log_folders`."""
    from log_folders import write_pandaset  # pandas writes its pickles: heavy for tests that need no log

    return write_pandaset(tmp_path / "pandaset")


@pytest.fixture
def small_nuscenes(tmp_path: Path) -> Path:
    """A tiny nuScenes root of its own for a test, free to damage; see `log_folders`."""
    from log_folders import write_nuscenes

    return write_nuscenes(tmp_path / "nuscenes")


@pytest.fixture(autouse=True)
def own_folders_of_the_user(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test ever reads or writes the settings and scenes of the person who runs it."""
    monkeypatch.setenv("DRIFTLESS_CONFIG_DIR", str(tmp_path_factory.getbasetemp() / "settings"))
    monkeypatch.setenv("DRIFTLESS_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))


@pytest.fixture
def own_log_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A log folder for one test; logging and the hooks for uncaught errors are as before afterwards."""
    monkeypatch.setenv("DRIFTLESS_LOG_DIR", str(tmp_path / "log"))
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    yield tmp_path / "log"
    for handler in set(root.handlers) - set(before):
        root.removeHandler(handler)
        handler.close()
    root.setLevel(level)
