"""Trains GraphCast's network in JAX as a run of the product was trained, and compares the two curves of the loss.

Same configuration, initial parameters, statistics and windows. Graph (bench/independent), network, loss, gradients
(JAX's own) and optimiser (Optax) share no code with the product.
"""

import argparse
import csv
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import jax
import numpy as np
import optax
from graphcast_jax import network
from weather import Statistics, Weather, loss_weights

sys.path.append(str(Path(__file__).resolve().parents[1] / "independent"))
from graph import build_graph  # noqa: E402

jnp = jax.numpy


def read_parameters(path, dtype):
    """Arrays by `module:array`."""
    file = np.load(path)
    return {key[len("params:") :]: jnp.asarray(file[key], dtype) for key in file.files if key.startswith("params:")}


def learning_rate(phases):
    """The rate by update, from Optax's own schedules."""
    parts, ends = [], []
    for phase in phases:
        rate, updates = phase["learning_rate"], phase["updates"]
        if rate["shape"] == "constant":
            parts.append(optax.constant_schedule(rate["value"]))
        elif rate["shape"] == "linear":
            parts.append(optax.linear_schedule(rate["from"], rate["to"], updates))
        else:
            parts.append(optax.cosine_decay_schedule(rate["from"], updates, rate["to"] / rate["from"]))
        ends.append((ends[-1] if ends else 0) + updates)
    return optax.join_schedules(parts, ends[:-1])


def optimiser(config):
    """AdamW behind a clip of the global norm; only matrices decay."""
    o = config["optimizer"]
    return optax.chain(
        optax.clip_by_global_norm(o["clip_norm"]),
        optax.adamw(
            learning_rate(config["phases"]),
            b1=o["b1"],
            b2=o["b2"],
            eps=o["eps"],
            weight_decay=o["weight_decay"],
            mask=lambda parameters: jax.tree.map(lambda array: array.ndim > 1, parameters),
        ),
    )


class Task:
    """Inputs, targets and loss of a task on a dataset, with gradients through every autoregressive step."""

    def __init__(self, config, weather, statistics, dtype):
        task, model = config["task"], config["model"]
        self.dtype = dtype
        self.inputs = sorted(task["input_variables"])
        self.targets = sorted(task["target_variables"])
        self.forcings = sorted(task["forcing_variables"])
        graph = build_graph(
            weather.lat,
            weather.lon,
            model["mesh_size"],
            model["radius_query_fraction_edge_length"],
            model.get("mesh2grid_edge_normalization_factor"),
        )
        self.graph = replace(
            graph,
            grid_features=jnp.asarray(graph.grid_features, dtype),
            mesh_features=jnp.asarray(graph.mesh_features, dtype),
            **{
                kind: replace(getattr(graph, kind), features=jnp.asarray(getattr(graph, kind).features, dtype))
                for kind in ("grid2mesh", "mesh", "mesh2grid")
            },
        )
        # Physical units; where a variable lies in the channels of all targets.
        fields = {name: weather.frames(name).astype(dtype) for name in {*self.inputs, *self.targets, *self.forcings}}
        self.state = np.concatenate([fields[name] for name in self.targets], 1)
        self.rows, first = {}, 0
        for name in self.targets:
            self.rows[name] = slice(first, first + fields[name].shape[1])
            first += fields[name].shape[1]
        self.mean = {name: statistics.mean(name).astype(dtype) for name in fields}
        self.deviation = {name: statistics.scale("stddev", name).astype(dtype) for name in fields}
        self.normalised = {
            name: (fields[name] - self.mean[name]) / self.deviation[name]
            for name in fields
            if name not in self.targets
        }
        residual = [name in self.inputs for name in self.targets]
        scales = [
            statistics.scale("diffs_stddev" if kept else "stddev", name) for name, kept in zip(self.targets, residual)
        ]
        self.scale = np.concatenate(scales).astype(dtype)
        offsets = [np.zeros_like(self.mean[n]) if kept else self.mean[n] for n, kept in zip(self.targets, residual)]
        self.offset = np.concatenate(offsets)
        kept = [np.full_like(self.mean[name], kept) for name, kept in zip(self.targets, residual)]
        self.kept = np.concatenate(kept)
        self.weights = loss_weights(self.targets, task["pressure_levels"], weather.lat, weather.lon).astype(dtype)
        self.value_and_grad = jax.jit(jax.value_and_grad(self.batch_loss))

    def window(self, first, steps):
        """States [2 + steps, channels, nodes] and forcings by name [2 + steps, 1, nodes] of one window."""
        frames = slice(first, first + 2 + steps)
        return self.state[frames], {name: self.normalised[name][frames] for name in self.forcings}

    def batch_loss(self, parameters, states, forcings):
        """Mean over a batch of windows and over autoregressive steps."""
        return jax.vmap(lambda s, f: self.window_loss(parameters, s, f))(states, forcings).mean()

    def window_loss(self, parameters, states, forcings):
        before, now, losses = states[0], states[1], []
        for step in range(len(states) - 2):
            output = network(parameters, self.graph, self.channels(before, now, forcings, step)).T
            base = self.kept * now + self.offset
            error = output - (states[step + 2] - base) / self.scale
            losses.append((self.weights * error**2).sum())
            before, now = now, base + output * self.scale
        return sum(losses) / len(losses)

    def channels(self, before, now, forcings, step):
        """Normalised inputs [nodes, channels]: by name the frames at -6 h and 0 h, then the forcings at +6 h."""
        parts = []
        for name in self.inputs:
            if name in self.rows:
                for frame in (before, now):
                    parts.append((frame[self.rows[name]] - self.mean[name]) / self.deviation[name])
            elif name in self.forcings:
                parts += [forcings[name][step], forcings[name][step + 1]]
            else:
                parts.append(self.normalised[name][0])
        parts += [forcings[name][step + 2] for name in self.forcings]
        return jnp.concatenate(parts).T


def train(config, weather, statistics, parameters, windows, dtype):
    """Losses and global gradient norms by update, and the last parameters."""
    task = Task(config, weather, statistics, dtype)
    optimizer = optimiser(config)
    state = optimizer.init(parameters)

    @jax.jit
    def update(parameters, state, gradients):
        changes, state = optimizer.update(gradients, state, parameters)
        return optax.apply_updates(parameters, changes), state, optax.global_norm(gradients)

    frame_of = {int(seconds): frame for frame, seconds in enumerate(weather.seconds)}
    curve, start = [], time.perf_counter()
    for done, drawn in enumerate(windows):
        batch = [task.window(frame_of[int(first)], drawn["ar_steps"]) for first in drawn["first_times"]]
        states = np.stack([states for states, _ in batch])
        forcings = {name: np.stack([forcings[name] for _, forcings in batch]) for name in task.forcings}
        loss, gradients = task.value_and_grad(parameters, states, forcings)
        parameters, state, norm = update(parameters, state, gradients)
        curve.append((float(loss), float(norm)))
        if (done + 1) % 50 == 0:
            print(f"update {done + 1}: loss {float(loss):.6f}, {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return curve, parameters


def compare(curve, metrics, path):
    """Prints how far apart the curves are, writes both; returns the largest relative difference of the loss."""
    rows = []
    for update, ((loss, norm), ours) in enumerate(zip(curve, metrics, strict=True), 1):
        rows.append((update, ours["loss"], loss, ours["loss"] / loss - 1, ours["gradient_norm"] / norm - 1))
    if path:
        with open(path, "w", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(("update", "product", "reference", "loss_difference", "gradient_norm_difference"))
            writer.writerows((u, f"{a:.8g}", f"{b:.8g}", f"{c:.2e}", f"{d:.2e}") for u, a, b, c, d in rows)
    print(f"{'update':>8} {'product':>12} {'reference':>12} {'difference so far':>18}")
    for until in [1, 10, 30, 100, 200, *range(300, len(rows) + 1, 300)]:
        if until > len(rows):
            break
        _, ours, theirs, *_ = rows[until - 1]
        print(f"{until:8} {ours:12.6f} {theirs:12.6f} {max(abs(row[3]) for row in rows[:until]):18.1e}")
    worst = max(rows, key=lambda row: abs(row[3]))
    norm = max(rows, key=lambda row: abs(row[4]))
    print(f"largest difference of the loss {abs(worst[3]):.2e} at update {worst[0]}")
    print(f"largest difference of the gradient norm {abs(norm[4]):.2e} at update {norm[0]}")
    return abs(worst[3])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True)
    parser.add_argument("--run", required=True, type=Path, help="finished run folder of the product to compare with")
    parser.add_argument("--initial", required=True, help="checkpoint that the run began with")
    parser.add_argument("--windows", required=True, type=Path, help="from tools/training_windows.ts")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument("--curve", help="CSV file for both curves")
    parser.add_argument("--tolerance", type=float, default=0.01)
    options = parser.parse_args()

    jax.config.update("jax_enable_x64", options.dtype == "float64")
    config = json.loads((options.run / "config.json").read_text())
    lines = [json.loads(line) for line in (options.run / "metrics.jsonl").read_text().splitlines()]
    metrics = [line for line in lines if "loss" in line]
    windows = [json.loads(line) for line in options.windows.read_text().splitlines()]
    if config["freeze"] or config["activations"] != "float32":
        raise SystemExit("only runs of the whole network in float32 can be compared")
    levels = config["task"]["pressure_levels"]
    curve, parameters = train(
        config,
        Weather(options.data, config["task"]),
        Statistics(options.run / "stats", levels),
        read_parameters(options.initial, options.dtype),
        windows,
        np.dtype(options.dtype),
    )
    worst = compare(curve, metrics, options.curve)
    last = read_parameters(options.run / "checkpoint.npz", options.dtype)
    apart = optax.global_norm(jax.tree.map(lambda a, b: a - b, parameters, last)) / optax.global_norm(last)
    print(f"parameters after the last update differ by {float(apart):.2e} of their norm")
    print(f"{worst:.1e} of {options.tolerance:.0e} allowed")
    sys.exit(0 if worst <= options.tolerance else 1)


if __name__ == "__main__":
    main()
