"""Random inputs at any size in GraphCast's own formats: a checkpoint, three frames of smooth fields, their statistics.

The defaults are GraphCast_small's sizes. Biases, scales and offsets are random too, so that none can be forgotten.
"""

import argparse
import pathlib

import numpy as np
import xarray

LEVELS = [50, 100, 150, 200, 250, 300, 400, 500, 600, 700, 850, 925, 1000]
SURFACE = {  # mean and amplitude
    "2m_temperature": (280.0, 15.0),
    "mean_sea_level_pressure": (1.01e5, 1200.0),
    "10m_v_component_of_wind": (0.0, 5.0),
    "10m_u_component_of_wind": (0.0, 6.0),
    "total_precipitation_6hr": (1e-3, 5e-4),
}
ON_LEVELS = {  # mean and amplitude at a pressure in hPa
    "temperature": lambda p: (288 * (max(p, 220) / 1000) ** 0.19, 8.0),
    "geopotential": lambda p: (7.2e4 * np.log(1013 / p), 1500.0),
    "u_component_of_wind": lambda p: (10.0 if p < 500 else 3.0, 10.0),
    "v_component_of_wind": lambda p: (0.0, 8.0),
    "vertical_velocity": lambda p: (0.0, 0.15),
    "specific_humidity": lambda p: (1e-2 * (p / 1000) ** 3 + 3e-6, 2e-3 * (p / 1000) ** 3 + 5e-7),
}
STATIC = {"geopotential_at_surface": (4000.0, 3000.0), "land_sea_mask": (0.4, 0.2)}
PROGRESS = ("year_progress_sin", "year_progress_cos", "day_progress_sin", "day_progress_cos")
FORCINGS = ["toa_incident_solar_radiation", *PROGRESS]
START = np.datetime64("2022-01-01T00", "ns")


def smooth(random, lat, lon, frames, mean, amplitude):
    """Waves that travel and vanish at the poles, beside a zonal one, [frames, latitudes, longitudes]."""
    field = np.zeros((frames, lat.size, lon.size))
    lat, lon = np.radians(lat)[:, None], np.radians(lon)
    for _ in range(8):
        number, phase, tilt, drift = random.integers(1, 9), *random.uniform(0, 6.28, 2), random.uniform(0.05, 0.4)
        for t in range(frames):
            field[t] += np.cos(number * lon + phase - drift * t + tilt * lat) * np.cos(lat) ** 2
    return mean + amplitude * (field / 2 + np.cos(random.uniform(1, 3) * lat + random.uniform(0, 6)))


def sunlight(lat, lon, times):
    """Roughly the energy that the top of the atmosphere receives in the hour before each time, J m-2."""
    hours = times.astype("datetime64[h]").astype(int) % 24
    declination = np.radians(-23)
    height = [
        np.sin(np.radians(lat))[:, None] * np.sin(declination)
        + np.cos(np.radians(lat))[:, None] * np.cos(declination) * np.cos(np.radians(lon + 15 * (hour - 12)))
        for hour in hours
    ]
    return 1361 * 3600 * np.maximum(height, 0)


def make_data(random, resolution, frames):
    lat = np.linspace(-90, 90, round(180 / resolution) + 1, dtype=np.float32)
    lon = (np.arange(round(360 / resolution)) * resolution).astype(np.float32)
    times = START + np.arange(frames) * np.timedelta64(6, "h").astype("timedelta64[ns]")
    surface, levels, plane = ("batch", "time", "lat", "lon"), ("batch", "time", "level", "lat", "lon"), ("lat", "lon")
    fields = {}
    for name, scale in SURFACE.items():
        fields[name] = (surface, smooth(random, lat, lon, frames, *scale)[None])
    for name, scale in ON_LEVELS.items():
        values = [smooth(random, lat, lon, frames, *scale(p)) for p in LEVELS]
        fields[name] = (levels, np.stack(values, 1)[None])
    for name, scale in STATIC.items():
        fields[name] = (plane, smooth(random, lat, lon, 1, *scale)[0])
    fields["toa_incident_solar_radiation"] = (surface, sunlight(lat, lon, times)[None])
    return xarray.Dataset(
        {name: (dims, values.astype(np.float32)) for name, (dims, values) in fields.items()},
        coords={
            "lat": lat,
            "lon": lon,
            "level": np.array(LEVELS, np.int32),
            "time": times - times[0],
            "datetime": (("batch", "time"), times[None]),
        },
    )


def write_statistics(data, folder):
    folder.mkdir(exist_ok=True)
    kept = lambda x: [dim for dim in x.dims if dim != "level"]  # noqa: E731
    data = data.astype(np.float64)
    change = data[[*SURFACE, *ON_LEVELS]].diff("time")
    mean, stddev = data.map(lambda x: x.mean(kept(x))), data.map(lambda x: x.std(kept(x)))
    for name in PROGRESS:
        mean[name], stddev[name] = 0.0, 0.7
    tables = {"mean": mean, "stddev": stddev, "diffs_stddev": change.map(lambda x: x.std(kept(x)))}
    for name, table in tables.items():
        table.drop_vars("datetime", errors="ignore").to_netcdf(folder / f"{name}_by_level.nc")


def make_checkpoint(random, resolution, mesh_size, latent, steps):
    inputs = 2 * (len(SURFACE) + len(ON_LEVELS) * len(LEVELS)) + len(STATIC) + 3 * len(FORCINGS)
    outputs = len(SURFACE) + len(ON_LEVELS) * len(LEVELS)
    entries = {}

    def mlp(module, rows, columns=latent, layer_norm=True):
        for layer, (i, o) in enumerate(((rows, latent), (latent, columns))):
            key = f"params:{module}_mlp/~/linear_{layer}"
            entries[f"{key}:w"] = random.normal(0, 1 / np.sqrt(i), (i, o)).astype(np.float32)
            entries[f"{key}:b"] = random.normal(0, 0.1, o).astype(np.float32)
        if layer_norm:
            entries[f"params:{module}_layer_norm:scale"] = random.normal(1, 0.1, latent).astype(np.float32)
            entries[f"params:{module}_layer_norm:offset"] = random.normal(0, 0.1, latent).astype(np.float32)

    encoder, processor, decoder = (f"{net}_gnn/~_networks_builder" for net in ("grid2mesh", "mesh", "mesh2grid"))
    mlp(f"{encoder}/encoder_edges_grid2mesh", 4)
    mlp(f"{encoder}/encoder_nodes_grid_nodes", inputs + 3)
    mlp(f"{encoder}/encoder_nodes_mesh_nodes", inputs + 3)
    mlp(f"{encoder}/processor_edges_0_grid2mesh", 3 * latent)
    mlp(f"{encoder}/processor_nodes_0_grid_nodes", latent)
    mlp(f"{encoder}/processor_nodes_0_mesh_nodes", 2 * latent)
    mlp(f"{processor}/encoder_edges_mesh", 4)
    for step in range(steps):
        mlp(f"{processor}/processor_edges_{step}_mesh", 3 * latent)
        mlp(f"{processor}/processor_nodes_{step}_mesh_nodes", 2 * latent)
    mlp(f"{decoder}/encoder_edges_mesh2grid", 4)
    mlp(f"{decoder}/processor_edges_0_mesh2grid", 3 * latent)
    mlp(f"{decoder}/processor_nodes_0_grid_nodes", 2 * latent)
    mlp(f"{decoder}/processor_nodes_0_mesh_nodes", latent)
    mlp(f"{decoder}/decoder_nodes_grid_nodes", latent, outputs, layer_norm=False)

    config = {
        "resolution": float(resolution),
        "mesh_size": mesh_size,
        "latent_size": latent,
        "gnn_msg_steps": steps,
        "hidden_layers": 1,
        "radius_query_fraction_edge_length": 0.6,
        "mesh2grid_edge_normalization_factor": 0.6180338738074472,
    }
    targets = [*SURFACE, *ON_LEVELS]
    task = {
        "input_variables": [*targets, *FORCINGS, *STATIC],
        "target_variables": targets,
        "forcing_variables": FORCINGS,
        "pressure_levels": LEVELS,
    }
    entries |= {f"model_config:{key}": value for key, value in config.items()}
    entries |= {f"task_config:{key}:{i}": item for key, items in task.items() for i, item in enumerate(items)}
    entries |= {"task_config:input_duration": "12h", "description": "Random parameters", "license": "None: random"}
    return entries


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True, type=pathlib.Path, help="folder to write to")
    parser.add_argument("--resolution", type=float, default=1, help="degrees")
    parser.add_argument("--mesh-size", type=int, default=5)
    parser.add_argument("--latent-size", type=int, default=512)
    parser.add_argument("--steps", type=int, default=16, help="of message passing in the processor")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    random = np.random.default_rng(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    checkpoint = make_checkpoint(random, options.resolution, options.mesh_size, options.latent_size, options.steps)
    np.savez(options.out / "checkpoint.npz", **checkpoint)
    data = make_data(random, options.resolution, frames=3)
    data.to_netcdf(options.out / "data.nc")
    write_statistics(data, options.out / "stats")


if __name__ == "__main__":
    main()
