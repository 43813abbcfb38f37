"""GraphCast's network in JAX: dense layers and segment sums on concatenated inputs, as the paper writes it.

Gradients are JAX's own. Nothing is shared with the product, whose kernels split the first edge layer, order edges in
another way and have hand-written derivatives.
"""

import jax
import jax.numpy as jnp

LAYER_NORM_EPSILON = 1e-5


def mlp(parameters, module, x):
    """Linear layers with swish between them, then LayerNorm where the network has one."""
    layer = 0
    while f"{module}_mlp/~/linear_{layer}:w" in parameters:
        if layer > 0:
            x = jax.nn.silu(x)
        x = x @ parameters[f"{module}_mlp/~/linear_{layer}:w"] + parameters[f"{module}_mlp/~/linear_{layer}:b"]
        layer += 1
    if f"{module}_layer_norm:scale" not in parameters:
        return x
    mean = x.mean(1, keepdims=True)
    variance = ((x - mean) ** 2).mean(1, keepdims=True)
    x = (x - mean) / jnp.sqrt(variance + LAYER_NORM_EPSILON)
    return x * parameters[f"{module}_layer_norm:scale"] + parameters[f"{module}_layer_norm:offset"]


def message(parameters, module, edges, latents, senders, receivers):
    """New edge messages MLP([edge, sender, receiver]) and their sums into receivers."""
    inputs = jnp.concatenate([latents, senders[edges.senders], receivers[edges.receivers]], 1)
    new = mlp(parameters, module, inputs)
    return new, jax.ops.segment_sum(new, edges.receivers, len(receivers))


def network(parameters, graph, channels):
    """Output [grid nodes, outputs] from normalised input channels [grid nodes, inputs] of one sample.

    :param parameters: arrays by `module:array` as in a checkpoint
    :param graph: from bench/independent, features in the dtype to compute in
    """
    grid_input = jnp.concatenate([channels, graph.grid_features], 1)
    no_channels = jnp.zeros((len(graph.mesh_features), channels.shape[1]), channels.dtype)
    mesh_input = jnp.concatenate([no_channels, graph.mesh_features], 1)

    module = "grid2mesh_gnn/~_networks_builder"
    grid = mlp(parameters, f"{module}/encoder_nodes_grid_nodes", grid_input)
    mesh = mlp(parameters, f"{module}/encoder_nodes_mesh_nodes", mesh_input)
    edges = mlp(parameters, f"{module}/encoder_edges_grid2mesh", graph.grid2mesh.features)
    _, sums = message(parameters, f"{module}/processor_edges_0_grid2mesh", graph.grid2mesh, edges, grid, mesh)
    mesh = mesh + mlp(parameters, f"{module}/processor_nodes_0_mesh_nodes", jnp.concatenate([mesh, sums], 1))
    grid = grid + mlp(parameters, f"{module}/processor_nodes_0_grid_nodes", grid)

    module = "mesh_gnn/~_networks_builder"
    edges = mlp(parameters, f"{module}/encoder_edges_mesh", graph.mesh.features)
    step = 0
    while f"{module}/processor_edges_{step}_mesh_mlp/~/linear_0:w" in parameters:
        new, sums = message(parameters, f"{module}/processor_edges_{step}_mesh", graph.mesh, edges, mesh, mesh)
        nodes = jnp.concatenate([mesh, sums], 1)
        mesh = mesh + mlp(parameters, f"{module}/processor_nodes_{step}_mesh_nodes", nodes)
        edges = edges + new
        step += 1

    # The decoder's update of mesh nodes is left out: nothing reads it.
    module = "mesh2grid_gnn/~_networks_builder"
    edges = mlp(parameters, f"{module}/encoder_edges_mesh2grid", graph.mesh2grid.features)
    _, sums = message(parameters, f"{module}/processor_edges_0_mesh2grid", graph.mesh2grid, edges, mesh, grid)
    grid = grid + mlp(parameters, f"{module}/processor_nodes_0_grid_nodes", jnp.concatenate([grid, sums], 1))
    return mlp(parameters, f"{module}/decoder_nodes_grid_nodes", grid)
