"""GraphCast's graph between a latitude/longitude grid and the icosahedral multi-mesh, with its structural features."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

F32 = np.float32

# Counter-clockwise seen from outside.
BASE_FACES = [
    (0, 1, 2), (0, 6, 1), (8, 0, 2), (8, 4, 0), (3, 8, 2), (3, 2, 7), (7, 2, 1), (0, 4, 6), (4, 11, 6), (6, 11, 5),
    (1, 5, 7), (4, 10, 11), (4, 8, 10), (10, 8, 3), (10, 3, 9), (11, 10, 9), (11, 9, 5), (5, 9, 7), (9, 3, 7), (1, 6, 5),
]  # fmt: skip


@dataclass
class Edges:
    """One kind of directed edges: node ids of both ends [edges] and features [edges, 4]."""

    senders: np.ndarray
    receivers: np.ndarray
    features: np.ndarray


@dataclass
class Graph:
    """Features of nodes [nodes, 3] and the three kinds of edges."""

    grid_features: np.ndarray
    mesh_features: np.ndarray
    grid2mesh: Edges
    mesh: Edges
    mesh2grid: Edges


def icosahedron():
    """The base mesh with a face parallel to the equator on top: float32 vertices [12, 3] and faces [20, 3]."""
    phi = (1 + np.sqrt(5)) / 2
    raw = []
    for c1 in (1.0, -1.0):
        for c2 in (phi, -phi):
            raw += [(c1, c2, 0.0), (0.0, c1, c2), (c2, 0.0, c1)]
    vertices = np.array(raw, F32) / np.linalg.norm([1.0, phi]).astype(F32)
    angle = (np.pi - 2 * np.arcsin(phi / np.sqrt(3))) / 2
    c, s = np.cos(angle), np.sin(angle)
    rotation = np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]])
    return (vertices.astype(np.float64) @ rotation).astype(F32), np.array(BASE_FACES)


def refine(vertices, faces):
    """Splits every face in four. New vertices are appended in the order in which faces ask for them."""
    points, middles = list(vertices), {}

    def middle(a, b):
        key = (min(a, b), max(a, b))
        if key not in middles:
            point = (vertices[a] + vertices[b]) / F32(2)
            middles[key] = len(points)
            points.append((point / F32(np.linalg.norm(point))).astype(F32))
        return middles[key]

    finer = []
    for a, b, c in faces.tolist():
        ab, bc, ca = middle(a, b), middle(b, c), middle(c, a)
        finer += [(a, ab, ca), (ab, b, bc), (ca, bc, c), (ab, bc, ca)]
    return np.array(points, F32), np.array(finer)


def unit_vectors(lat, lon):
    """float32 points on the unit sphere [n, 3] from degrees [n]."""
    theta, phi = np.radians(90 - lat.astype(np.float64)), np.radians(lon.astype(np.float64))
    return np.stack([np.cos(phi) * np.sin(theta), np.sin(phi) * np.sin(theta), np.cos(theta)], 1).astype(F32)


def lat_lon(points):
    """float32 degrees [n] of unit vectors [n, 3], longitudes from 0 to 360."""
    x, y, z = points.astype(np.float64).T
    return (90 - np.degrees(np.arccos(z))).astype(F32), np.mod(np.degrees(np.arctan2(y, x)), 360).astype(F32)


def node_features(lat, lon):
    """Sine of latitude, cosine and sine of longitude [n, 3]."""
    lat, lon = np.radians(lat.astype(np.float64)), np.radians(lon.astype(np.float64))
    return np.stack([np.sin(lat), np.cos(lon), np.sin(lon)], 1)


def edges_with_features(senders, receivers, sender_places, receiver_places, factor=None):
    """Length of the chord and its components in the receiver's frame (up, east, north), over `factor` or the longest."""
    ends = [(unit_vectors(*places).astype(np.float64), places) for places in (sender_places, receiver_places)]
    chord = ends[0][0][senders] - ends[1][0][receivers]
    lat, lon = (np.radians(a.astype(np.float64))[receivers] for a in receiver_places)
    # Turned about z by -lon, then about y until the receiver lies on the x axis.
    x = chord[:, 0] * np.cos(lon) + chord[:, 1] * np.sin(lon)
    y = -chord[:, 0] * np.sin(lon) + chord[:, 1] * np.cos(lon)
    z = chord[:, 2]
    local = np.stack([x * np.cos(lat) + z * np.sin(lat), y, -x * np.sin(lat) + z * np.cos(lat)], 1)
    length = np.linalg.norm(local, axis=1, keepdims=True)
    return Edges(senders, receivers, np.concatenate([length, local], 1) / (factor or length.max()))


def grid_to_mesh(grid, mesh, faces, fraction):
    """Every grid point with every mesh vertex within `fraction` of the finest mesh's longest edge, by grid id."""
    corners = mesh[faces]
    longest = np.linalg.norm(corners - np.roll(corners, 1, axis=1), axis=2).max()
    found = cKDTree(mesh).query_ball_point(grid, fraction * float(longest))
    senders = np.repeat(np.arange(len(grid)), [len(ids) for ids in found])
    return senders, np.concatenate([np.sort(ids) for ids in found]).astype(np.int64)


def mesh_to_grid(grid, mesh, faces):
    """The corners of the face that holds each grid point, in face order, by grid id.

    A point p = aA + bB + cC is best held by the face with the largest min(a, b, c). Points on an edge have several
    within rounding of each other, where the reference follows noise; here the lowest face id of those within 1e-5 wins.
    """
    around = [[] for _ in mesh]
    for face, corners in enumerate(faces.tolist()):
        for corner in corners:
            around[corner].append(face)
    around = np.array([ids + [ids[0]] * (6 - len(ids)) for ids in around])
    inverse = np.linalg.inv(mesh[faces].astype(np.float64))
    _, nearest = cKDTree(mesh).query(grid, 3)
    best = np.empty(len(grid), np.int64)
    for rows in np.array_split(np.arange(len(grid)), max(1, len(grid) // 4096)):
        candidates = np.sort(around[nearest[rows]].reshape(len(rows), -1), axis=1)
        weights = np.einsum("ni,nkij->nkj", grid[rows].astype(np.float64), inverse[candidates]).min(axis=2)
        tied = weights >= weights.max(axis=1, keepdims=True) - 1e-5
        best[rows] = candidates[np.arange(len(rows)), tied.argmax(axis=1)]
    return faces[best].ravel(), np.repeat(np.arange(len(grid)), 3)


def build_graph(lat, lon, mesh_size, fraction, mesh2grid_factor=None):
    """The graph for grid latitudes and longitudes in degrees; node id = latitude index * longitudes + longitude index."""
    vertices, faces = icosahedron()
    levels = [faces]
    for _ in range(mesh_size):
        vertices, faces = refine(vertices, faces)
        levels.append(faces)
    every = np.concatenate(levels)
    grid_places = (np.repeat(lat, len(lon)).astype(F32), np.tile(lon, len(lat)).astype(F32))
    mesh_places = lat_lon(vertices)
    grid = unit_vectors(*grid_places)
    mesh_senders = np.concatenate([every[:, 0], every[:, 1], every[:, 2]])
    mesh_receivers = np.concatenate([every[:, 1], every[:, 2], every[:, 0]])
    g2m, m2g = grid_to_mesh(grid, vertices, faces, fraction), mesh_to_grid(grid, vertices, faces)
    return Graph(
        node_features(*grid_places),
        node_features(*mesh_places),
        edges_with_features(*g2m, grid_places, mesh_places),
        edges_with_features(mesh_senders, mesh_receivers, mesh_places, mesh_places),
        edges_with_features(*m2g, mesh_places, grid_places, mesh2grid_factor),
    )
