"""Frames, forcings, statistics and loss weights for the reference training, from files in GraphCast's formats."""

import numpy as np
import xarray

ON_LEVELS = {
    "temperature", "geopotential", "u_component_of_wind", "v_component_of_wind", "vertical_velocity", "specific_humidity",
}  # fmt: skip
LIGHT = {"10m_u_component_of_wind", "10m_v_component_of_wind", "mean_sea_level_pressure", "total_precipitation_6hr"}
YEAR_DAYS = 365.24219
# Total solar irradiance, W m-2 on the old calibration: mid-1951 to mid-1995, then solar cycle 23, repeated.
IRRADIANCE = [
    1365.7765, 1365.7676, 1365.6284, 1365.6564, 1365.7773, 1366.3109, 1366.6681, 1366.6328, 1366.3828, 1366.2767,
    1365.9199, 1365.7484, 1365.6963, 1365.6976, 1365.7341, 1365.9178, 1366.1143, 1366.1644, 1366.2476, 1366.2426,
    1365.9580, 1366.0525, 1365.7991, 1365.7271, 1365.5345, 1365.6453, 1365.8331, 1366.2747, 1366.6348, 1366.6482,
    1366.6951, 1366.2859, 1366.1992, 1365.8103, 1365.6416, 1365.6379, 1365.7899, 1366.0826, 1366.6479, 1366.5533,
    1366.4457, 1366.3021, 1366.0286, 1365.7971, 1365.6996,
] + 3 * [
    1365.6121, 1365.7399, 1366.1021, 1366.3851, 1366.6836, 1366.6022, 1366.6807, 1366.2300, 1366.0480, 1365.8545,
    1365.8107, 1365.7240, 1365.6918,
]  # fmt: skip


class Weather:
    """A dataset in memory, float32, every frame: physical units, nodes in the order latitude, longitude.

    :param task: lists of variables and levels, under the reference's names
    """

    def __init__(self, path, task):
        data = xarray.open_dataset(path).transpose(..., "lat", "lon").sortby("lat")
        if "level" in data.dims:
            data = data.sel(level=task["pressure_levels"])
        self.lat, self.lon = data.lat.values.astype(np.float32), data.lon.values.astype(np.float32)
        self.seconds = data.datetime.values[0].astype("datetime64[s]").astype(np.int64)
        self.data, self.levels = data, task["pressure_levels"]

    def frames(self, name):
        """[frames, levels or 1, grid nodes]; a static field has one frame."""
        nodes = self.lat.size * self.lon.size
        if name in self.data:
            field = self.data[name]
            values = field.isel(batch=0).values if "time" in field.dims else field.values[None]
            return values.astype(np.float32).reshape(len(values), -1, nodes)
        return np.stack([self.forcing(name, int(t)) for t in self.seconds]).reshape(-1, 1, nodes)

    def forcing(self, name, seconds):
        """What follows from time and place alone, [latitudes, longitudes]."""
        shape = (self.lat.size, self.lon.size)
        if name == "toa_incident_solar_radiation":
            return solar_radiation(seconds, self.lat, self.lon)
        kind, wave = name.rsplit("_", 1)
        progress = {
            "year_progress": np.full(self.lon.size, seconds / 86400 / YEAR_DAYS % 1),
            "day_progress": (seconds % 86400 / 86400 + self.lon.astype(np.float64) / 360) % 1,
        }[kind].astype(np.float32)
        return np.broadcast_to({"sin": np.sin, "cos": np.cos}[wave](progress * np.float32(2 * np.pi)), shape)


def solar_radiation(seconds, lat, lon):
    """J m-2 of the hour before a time at the top of the atmosphere, by the trapezoid rule every 10 s."""
    days = (seconds - 946_728_000) / 86400 + np.arange(-360, 1)[:, None, None] / 8640
    theta, phase = days / 365.25, days % 1
    anomaly, mean_anomaly, longitude = 1.7535 + 6.283076 * theta, 6.240041 + 6.283020 * theta, 4.8951 + 6.283076 * theta
    ecliptic = (
        4.8952 + 6.283320 * theta - 0.0075 * np.sin(anomaly) - 0.0326 * np.cos(anomaly)
        - 0.0003 * np.sin(2 * anomaly) + 0.0002 * np.cos(2 * anomaly)
    )  # fmt: skip
    sin_declination = np.sin(0.409093) * np.sin(ecliptic)
    equation_of_time = (
        591.8 * np.sin(2 * longitude) - 459.4 * np.sin(mean_anomaly)
        + 39.5 * np.sin(mean_anomaly) * np.cos(2 * longitude)
        - 12.7 * np.sin(4 * longitude) - 4.8 * np.sin(2 * mean_anomaly)
    )  # fmt: skip
    distance = 1.0001 - 0.0163 * np.sin(anomaly) + 0.0037 * np.cos(anomaly)
    angle = 2 * np.pi * (phase + equation_of_time / 86400) + np.radians(lon.astype(np.float64))[None, None, :]
    phi = np.radians(lat.astype(np.float64))[None, :, None]
    height = np.cos(phi) * np.sqrt(1 - sin_declination**2) * np.cos(angle) + np.sin(phi) * sin_declination
    flux = irradiance(seconds) / distance**2 * np.maximum(0, height)
    return (10 * (flux.sum(0) - (flux[0] + flux[-1]) / 2)).astype(np.float32)


def irradiance(seconds):
    """Total solar irradiance at one astronomical unit, W m-2."""
    time = np.datetime64(seconds, "s")
    year = time.astype("datetime64[Y]")
    share = (time - year) / ((year + 1).astype("datetime64[s]") - year)
    at = 1970 + year.astype(int) + share
    return 0.9965 * np.interp(at, 1951.5 + np.arange(len(IRRADIANCE)), IRRADIANCE)


class Statistics:
    """mean, stddev and diffs_stddev of a folder, by variable as columns [levels or 1, 1], rounded to float32."""

    def __init__(self, folder, levels):
        self.tables = {m: xarray.open_dataset(f"{folder}/{m}_by_level.nc") for m in ("mean", "stddev", "diffs_stddev")}
        self.levels = levels

    def mean(self, name):
        return self.column("mean", name)

    def scale(self, table, name):
        """A field that never changes is not divided by anything."""
        values = self.column(table, name)
        return np.where(values > 0, values, np.float32(1))

    def column(self, table, name):
        field = self.tables[table][name]
        if "level" in field.dims:
            field = field.sel(level=self.levels)
        return np.atleast_1d(field.values).astype(np.float32)[:, None]


def loss_weights(targets, levels, lat, lon):
    """Weights of squared errors [channels, nodes] so that their sum is the loss: area, level and variable."""
    spacing = abs(float(lat[-1]) - float(lat[0])) / (len(lat) - 1)
    area = np.cos(np.radians(lat.astype(np.float64)))
    if np.isclose(abs(lat[0]), 90):
        area *= np.sin(np.radians(spacing) / 2)
        area[[0, -1]] = np.sin(np.radians(spacing) / 4) ** 2
    nodes = np.repeat(area / area.mean(), len(lon))
    pressure = np.array(levels, np.float64)
    rows = []
    for name in sorted(targets):
        variable = 0.1 if name in LIGHT else 1.0
        rows += list(variable * pressure / pressure.mean() / len(pressure)) if name in ON_LEVELS else [variable]
    return np.array(rows)[:, None] * nodes[None, :] / nodes.size
