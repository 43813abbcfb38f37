"""GraphCast's network for one sample: concatenated inputs, as it is described; blocks of rows bound the memory."""

import sys

import numpy as np

BLOCK = 8192  # rows at a time


class Network:
    """The network of a checkpoint.

    :param parameters: arrays by `module:array` as in a checkpoint
    :param dtype: of every number
    """

    def __init__(self, parameters, graph, dtype):
        self.parameters = {key: value.astype(dtype) for key, value in parameters.items()}
        self.graph, self.dtype = graph, dtype
        self.latents = {}  # by the golden sets' names, for whoever wants to look inside

    def __call__(self, channels):
        """Output [grid nodes, outputs] from normalised input channels [grid nodes, inputs]."""
        graph, latents = self.graph, self.latents
        grid_input = np.concatenate([channels, graph.grid_features], 1)
        no_channels = np.zeros((len(graph.mesh_features), channels.shape[1]))
        mesh_input = np.concatenate([no_channels, graph.mesh_features], 1)

        module = "grid2mesh_gnn/~_networks_builder"
        grid = self.rows(f"{module}/encoder_nodes_grid_nodes", grid_input)
        mesh = self.rows(f"{module}/encoder_nodes_mesh_nodes", mesh_input)
        embed = self.embedding(f"{module}/encoder_edges_grid2mesh", graph.grid2mesh)
        sums = self.messages(f"{module}/processor_edges_0_grid2mesh", graph.grid2mesh, embed, grid, mesh)
        mesh += self.rows(f"{module}/processor_nodes_0_mesh_nodes", mesh, sums)
        grid += self.rows(f"{module}/processor_nodes_0_grid_nodes", grid)
        latents["latent_mesh_after_encoder"], latents["latent_grid_after_encoder"] = mesh.copy(), grid.copy()

        module = "mesh_gnn/~_networks_builder"
        edges = self.rows(f"{module}/encoder_edges_mesh", graph.mesh.features)
        step = 0
        while f"{module}/processor_edges_{step}_mesh_mlp/~/linear_0:w" in self.parameters:
            print(f"processor step {step + 1}", file=sys.stderr, flush=True)

            def current(block, edges=edges):
                return edges[block]

            def add_residual(block, new, edges=edges):
                edges[block] += new

            name = f"{module}/processor_edges_{step}_mesh"
            sums = self.messages(name, graph.mesh, current, mesh, mesh, add_residual)
            mesh += self.rows(f"{module}/processor_nodes_{step}_mesh_nodes", mesh, sums)
            step += 1
        latents["latent_mesh_after_processor"] = mesh

        # The decoder's update of mesh nodes is left out: nothing reads it.
        module = "mesh2grid_gnn/~_networks_builder"
        embed = self.embedding(f"{module}/encoder_edges_mesh2grid", graph.mesh2grid)
        sums = self.messages(f"{module}/processor_edges_0_mesh2grid", graph.mesh2grid, embed, mesh, grid)
        grid += self.rows(f"{module}/processor_nodes_0_grid_nodes", grid, sums)
        return self.rows(f"{module}/decoder_nodes_grid_nodes", grid)

    def mlp(self, module, x):
        """Linear layers with swish between them, then LayerNorm where the checkpoint has one."""
        p, layer = self.parameters, 0
        while f"{module}_mlp/~/linear_{layer}:w" in p:
            if layer > 0:
                with np.errstate(over="ignore"):  # exp overflows where swish is 0
                    x = x / (1 + np.exp(-x))
            x = x @ p[f"{module}_mlp/~/linear_{layer}:w"] + p[f"{module}_mlp/~/linear_{layer}:b"]
            layer += 1
        if f"{module}_layer_norm:scale" not in p:
            return x
        x = x - x.mean(1, keepdims=True)
        x /= np.sqrt((x * x).mean(1, keepdims=True) + 1e-5)
        return x * p[f"{module}_layer_norm:scale"] + p[f"{module}_layer_norm:offset"]

    def rows(self, module, *inputs):
        """The MLP of inputs side by side, a block of rows at a time."""
        blocks = np.array_split(np.arange(len(inputs[0])), -(-len(inputs[0]) // BLOCK))
        side_by_side = (np.concatenate([x[block] for x in inputs], 1, dtype=self.dtype) for block in blocks)
        return np.concatenate([self.mlp(module, x) for x in side_by_side])

    def embedding(self, module, edges):
        """Computes the latents of some edges when they are asked for."""
        return lambda block: self.mlp(module, edges.features[block].astype(self.dtype))

    def messages(self, module, edges, latents, sender_nodes, receiver_nodes, visit=lambda block, new: None):
        """Sums of the messages MLP([edge, sender, receiver]) into receivers; `visit` sees each block of messages."""
        sums = np.zeros_like(receiver_nodes)
        order = np.argsort(edges.receivers, kind="stable")
        for block in np.array_split(order, -(-len(order) // BLOCK)):
            senders, receivers = edges.senders[block], edges.receivers[block]
            new = self.mlp(module, np.concatenate([latents(block), sender_nodes[senders], receiver_nodes[receivers]], 1))
            starts = np.flatnonzero(np.diff(receivers, prepend=-1))
            sums[receivers[starts]] += np.add.reduceat(new, starts, axis=0)
            visit(block, new)
        return sums
