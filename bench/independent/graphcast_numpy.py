"""One 6 h step of GraphCast in numpy, from a checkpoint, a dataset and statistics in GraphCast's own formats.

Written from the published description, apart from the product's code, to hold its forecasts against. The last three
frames of the dataset count, as for the reference with one target step: two of input and one whose forcings are known.
"""

import argparse
import sys
import time

import numpy as np
import xarray

from graph import build_graph
from network import Network

ON_LEVELS = {
    "temperature", "geopotential", "u_component_of_wind", "v_component_of_wind", "vertical_velocity", "specific_humidity",
}  # fmt: skip


def read_checkpoint(path):
    """Parameters by `module:array`, sizes, and variables of the task."""
    file = np.load(path)
    parameters = {key[len("params:") :]: file[key] for key in file.files if key.startswith("params:")}
    sizes = {key.split(":")[1]: file[key].item() for key in file.files if key.startswith("model_config:")}

    def listed(field):
        keys = [key for key in file.files if key.startswith(f"task_config:{field}:")]
        return [file[key].item() for key in sorted(keys, key=lambda key: int(key.rsplit(":", 1)[1]))]

    task = {f: listed(f) for f in ("input_variables", "target_variables", "forcing_variables", "pressure_levels")}
    return parameters, sizes, task


class Fields:
    """The last three frames of a dataset by variable, with the features of time that follow from it."""

    def __init__(self, path, levels):
        data = xarray.open_dataset(path)
        self.data = data.sel(level=levels) if "level" in data.dims else data
        self.lat, self.lon = data.lat.values, data.lon.values
        self.seconds = data.datetime.values[0, -3:].astype("datetime64[s]").astype(np.int64)

    def frames(self, name):
        """[frames, channels, grid nodes]: three frames, or one of a static field."""
        nodes = self.lat.size * self.lon.size
        if name in self.data:
            field = self.data[name]
            values = field.isel(batch=0, time=slice(-3, None)).values if "time" in field.dims else field.values[None]
            return values.reshape(len(values), -1, nodes)
        return np.stack([self.progress(name, int(t)) for t in self.seconds]).reshape(3, 1, nodes)

    def progress(self, name, seconds):
        """Sine or cosine of the progress of the year or of the local day, [latitudes, longitudes]."""
        kind, wave = name.rsplit("_", 1)
        day = seconds % 86400 / 86400
        progress = {
            "year_progress": np.full(self.lon.size, seconds / 86400 / 365.24219 % 1),
            "day_progress": (day + self.lon.astype(np.float64) / 360) % 1,
        }[kind].astype(np.float32)
        row = {"sin": np.sin, "cos": np.cos}[wave](progress * np.float32(2 * np.pi))
        return np.broadcast_to(row, (self.lat.size, self.lon.size))


class Statistics:
    """mean, stddev and diffs_stddev by variable as columns [channels, 1], in float32 as the reference uses them."""

    def __init__(self, folder, levels):
        self.tables = {
            name: xarray.open_dataset(f"{folder}/{name}_by_level.nc") for name in ("mean", "stddev", "diffs_stddev")
        }
        self.levels = levels

    def __call__(self, table, name):
        field = self.tables[table][name]
        if "level" in field.dims:
            field = field.sel(level=self.levels)
        return np.atleast_1d(field.values).astype(np.float32)[:, None].astype(np.float64)


def input_channels(fields, statistics, task):
    """Normalised channels [grid nodes, inputs]: inputs at -6 h and 0 h in the order of names, then forcings at +6 h."""

    def normalised(name, frames):
        x = (fields.frames(name)[frames] - statistics("mean", name)) / statistics("stddev", name)
        return x.reshape(-1, x.shape[-1])  # times outside, levels inside

    present = [normalised(name, slice(0, 2)) for name in sorted(task["input_variables"])]
    future = [normalised(name, slice(2, 3)) for name in sorted(task["forcing_variables"])]
    return np.concatenate(present + future).T


def predict(output, fields, statistics, task):
    """By variable: prediction in physical units and normalised output, [channels, grid nodes] each."""
    predictions, first = {}, 0
    for name in sorted(task["target_variables"]):
        count = len(task["pressure_levels"]) if name in ON_LEVELS else 1
        change = output[:, first : first + count].T.astype(np.float64)
        if name in task["input_variables"]:
            value = fields.frames(name)[1] + change * statistics("diffs_stddev", name)
        else:
            value = statistics("mean", name) + change * statistics("stddev", name)
        predictions[name] = (value, change)
        first += count
    return predictions


def shown_error(label, found, wanted):
    """Prints the largest difference relative to the largest magnitude, and returns it."""
    error = np.abs(found - wanted).max() / np.abs(wanted).max()
    print(f"{label:48} {error:.2e}")
    return error


def compare_golden(path, channels, network, output, predictions):
    """Against what the reference computed: graph, inputs, latents, output, predictions."""
    expected = np.load(path)
    errors = []
    for kind in ("grid2mesh", "mesh", "mesh2grid"):
        edges = getattr(network.graph, kind)
        for end in ("senders", "receivers"):
            if not np.array_equal(getattr(edges, end), expected[f"graph:{kind}:{end}"]):
                raise SystemExit(f"{kind} {end} differ from the reference's")
        errors.append(shown_error(f"{kind} features", edges.features, expected[f"graph:{kind}:features"]))
    inside = {"grid_node_features": channels, **network.latents, "grid_output": output}
    for name, found in inside.items():
        errors.append(shown_error(name, found, expected[f"internals:{name}"][:, 0]))
    for name, (value, _) in predictions.items():
        errors.append(shown_error(name, value, expected[f"steps1:prediction:{name}"].reshape(value.shape)))
    return max(errors)


def compare_forecast(path, fields, statistics, task, predictions):
    """Against the first frame of a forecast file, in physical units and as the network's own normalised output."""
    forecast = xarray.open_dataset(path)
    valid = forecast.datetime.values[0, 0].astype("datetime64[s]").astype(np.int64)
    if valid != fields.seconds[2]:
        raise SystemExit(f"{path} is valid at another time: forecast from the last but one frame of the dataset")
    print(f"{'largest difference over largest magnitude':42} {'physical':>12} {'normalised':>12}")
    errors = []
    for name, (value, change) in predictions.items():
        found = forecast[name].isel(batch=0, time=0).values.reshape(value.shape).astype(np.float64)
        if name in task["input_variables"]:
            back = (found - fields.frames(name)[1]) / statistics("diffs_stddev", name)
        else:
            back = (found - statistics("mean", name)) / statistics("stddev", name)
        pair = [np.abs(a - b).max() / np.abs(b).max() for a, b in ((found, value), (back, change))]
        print(f"{name:42} {pair[0]:12.2e} {pair[1]:12.2e}")
        errors += pair
    return max(errors)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", required=True)
    parser.add_argument("--data", required=True)
    parser.add_argument("--stats", required=True, help="folder of the three statistics files")
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float64")
    parser.add_argument("--expected", help="expected.npz of a golden set to compare with")
    parser.add_argument("--forecast", help="NetCDF forecast whose first frame to compare with")
    parser.add_argument("--tolerance", type=float, default=1e-4)
    options = parser.parse_args()

    start = time.perf_counter()
    parameters, sizes, task = read_checkpoint(options.checkpoint)
    fields = Fields(options.data, task["pressure_levels"])
    statistics = Statistics(options.stats, task["pressure_levels"])
    graph = build_graph(
        fields.lat,
        fields.lon,
        sizes["mesh_size"],
        sizes["radius_query_fraction_edge_length"],
        sizes.get("mesh2grid_edge_normalization_factor"),
    )
    count = [len(graph.grid_features), len(graph.mesh_features)]
    count += [len(edges.senders) for edges in (graph.grid2mesh, graph.mesh, graph.mesh2grid)]
    print("grid nodes {}, mesh nodes {}, grid2mesh {}, mesh {}, mesh2grid {} edges".format(*count))
    network = Network(parameters, graph, np.dtype(options.dtype))
    channels = input_channels(fields, statistics, task)
    output = network(channels)
    predictions = predict(output, fields, statistics, task)
    print(f"evaluated in {options.dtype} in {time.perf_counter() - start:.0f} s", file=sys.stderr)
    errors = [0.0]
    if options.expected:
        errors.append(compare_golden(options.expected, channels, network, output, predictions))
    if options.forecast:
        errors.append(compare_forecast(options.forecast, fields, statistics, task, predictions))
    print(f"largest of all {max(errors):.2e}, {options.tolerance:.0e} is allowed")
    sys.exit(0 if max(errors) <= options.tolerance else 1)


if __name__ == "__main__":
    main()
