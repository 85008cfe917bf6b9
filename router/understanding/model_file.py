"""A model on disk: one NPZ file (NumPy's own archive; nothing in it can run), replaced at once or not at all."""

from __future__ import annotations

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np

from router.understanding.encoding import EngineMissing, engine_name, require
from router.understanding.lexical import Lexical
from router.understanding.model import Model, Neighbours
from router.understanding.training import FORMAT


class ModelUnusable(RuntimeError):
    """There is no model in the file, or one of another version or engine: train it anew."""


def save(model: Model, path: Path) -> None:
    """Write beside the path, then rename: who reads meanwhile has the old one or the new one."""
    about = {
        "format": FORMAT,
        "engine": model.engine,
        "engine_name": engine_name(model.engine),
        "version": model.version,
        "intents": model.intents,
        "exclusive": model.exclusive,
        "temperature": model.temperature,
        "threshold": model.threshold,
        "cut": model.cut,
        "facts": model.facts,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f".{path.name}.{os.getpid()}")
    with written.open("wb") as file:
        np.savez_compressed(
            file,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            rarity=model.lexical.rarity,
            never_seen=np.float64(model.lexical.never_seen),
            weights=model.weights,
            rows=model.neighbours.rows.astype(np.float16),
            starts=model.neighbours.starts,
        )
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)


def load(path: Path) -> Model:
    """Raises ModelUnusable."""
    try:
        with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as stored:
            about = json.loads(stored["about"].tobytes())
            return _model(about, stored)
    except (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, EngineMissing) as error:
        raise ModelUnusable(f"{path}: {error}") from error


def _model(about: dict[str, Any], stored: Any) -> Model:
    if about["format"] != FORMAT:
        raise ModelUnusable(f"the model is of format {about['format']}, this server reads {FORMAT}")
    engine = require(about["engine"])
    if about["engine_name"] != engine_name(engine):
        raise ModelUnusable(f"the model was made by {about['engine_name']}, here is {engine_name(engine)}")
    return Model(
        engine=engine,
        version=about["version"],
        intents=tuple(about["intents"]),
        exclusive=about["exclusive"],
        lexical=Lexical(rarity=stored["rarity"], never_seen=float(stored["never_seen"])),
        weights=stored["weights"],
        neighbours=Neighbours(rows=stored["rows"].astype(np.float32), starts=stored["starts"]),
        temperature=about["temperature"],
        threshold=about["threshold"],
        cut=about["cut"],
        facts=about["facts"],
    )
