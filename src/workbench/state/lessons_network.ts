/** Lessons 1 to 3: what the network is. Numbers of GraphCast are those of spec 1.3, 2.3, 3.3 and 5. */
import { meshSizeNow } from './lessons_model';
import { type Lesson, only, PALE, PLAIN } from './lessons_script';

const WHOLE = { longitude: 15, latitude: 30, zoom: 1 };

export const GRID_AND_MESH: Lesson = {
  title: 'The grid and the mesh',
  summary: 'Weather lives on a grid; the network thinks on a mesh.',
  steps: [
    {
      heading: 'The grid crowds at the poles',
      text: [
        'Weather comes on a latitude-longitude grid: GraphCast’s has 721 × 1,440 points, 1,038,240 grid nodes, one every 0.25°.',
        'Every row has as many points, however short it is: towards the poles they crowd.',
      ],
      controls: ['latitude'],
      figure: 'row spacing',
      see: 'Move the row to the pole: the distance to the next point along it falls with the cosine of the latitude.',
      show: () => ({
        ...PLAIN,
        overlays: only('graticule'),
        camera: { longitude: 15, latitude: 60, zoom: 1 },
        pick: { longitude: 15, latitude: 60 },
      }),
    },
    {
      heading: 'An icosahedron, refined',
      text: [
        'The mesh begins as an icosahedron: 12 nodes, 20 equal faces. A refinement halves every edge and lifts the new nodes onto the sphere.',
        'Refined M times it has 10 · 4^M + 2 nodes: 10,242 for M5 (GraphCast_small), 40,962 for M6 (GraphCast). No pole is special.',
      ],
      controls: ['mesh size'],
      figure: 'mesh sizes',
      see: 'Refine the mesh on the globe: each time four times the nodes, half the edge length.',
      show: () => ({
        ...PALE,
        overlays: only('mesh'),
        meshLevels: [meshSizeNow()],
        camera: WHOLE,
        pick: null,
      }),
    },
    {
      heading: 'The multi-mesh keeps every level',
      text: [
        'Nodes of a coarse mesh are nodes of every finer one too. GraphCast keeps the edges of all levels: the short ones reach the neighbour, the long ones cross a continent in one message.',
        'Together that is 20 · (4^(M+1) − 1) directed edges: 81,900 for M5, 327,660 for M6.',
      ],
      controls: ['mesh levels'],
      figure: 'mesh sizes',
      see: 'Switch levels on and off: the coarse ones have few edges, and those reach far.',
      show: () => ({ ...PALE, overlays: only('mesh'), meshLevels: null, camera: WHOLE, pick: null }),
    },
    {
      heading: 'From the grid to the mesh and back',
      text: [
        'The encoder joins a grid node to every mesh node within 0.6 of the finest mesh’s longest edge: to 1, 2 or 3 at 1° and M5, 101,892 edges in all.',
        'The decoder joins it to the 3 corners of the triangle that holds it: 195,480 edges. Near the poles one mesh node serves hundreds of grid nodes.',
      ],
      controls: ['latitude', 'mesh size'],
      figure: 'graph',
      see: 'Move the picked grid node: its edges to the mesh and from the mesh are drawn on the globe.',
      show: () => ({
        ...PALE,
        overlays: only('mesh'),
        camera: { longitude: 15, latitude: 40, zoom: 2.5 },
        pick: { longitude: 15, latitude: 40 },
      }),
    },
  ],
};

export const MESSAGE: Lesson = {
  title: 'A message',
  summary: 'What one node tells another, and how far the news gets.',
  steps: [
    {
      heading: 'Three latents in, one out',
      text: [
        'Every node and every edge carries a latent: a vector of L numbers, 512 in GraphCast. A message is computed on an edge from its own latent, its sender’s and its receiver’s.',
        'The message function is an MLP with one hidden layer and swish, x · sigmoid(x), then LayerNorm. All edges of a processor step share its weights.',
      ],
      formula: 'm = LayerNorm(MLP([edge, sender, receiver]))',
      controls: ['latent size'],
      figure: 'message shape',
      see: 'Change L: the weights of one message function grow with its square.',
    },
    {
      heading: 'Who sends',
      text: [
        'A node receives along 6 edges (5 at the icosahedron’s 12 corners) of every level that it belongs to. On M6, 30,720 nodes have only the finest 6; an old corner has 35.',
        'That is what makes coarse nodes hubs: they hear the neighbour and the other side of an ocean in the same step.',
      ],
      controls: ['node'],
      figure: 'node',
      see: 'Choose a node of an older level: more senders, from farther away.',
      network: { zoom: 'node' },
      show: () => ({ ...PLAIN, overlays: only(), camera: WHOLE, pick: null }),
    },
    {
      heading: 'Summed, then added',
      text: [
        'A node sums its incoming messages, passes [node, Σ] through an MLP and LayerNorm, and adds the result to its latent. The edge adds its message to its own latent.',
        'The sum has a fixed order here, so that the same seed gives the same bits.',
      ],
      formula: 'v ← v + LayerNorm(MLP([v, Σ m]))',
      controls: ['processor step', 'node'],
      figure: 'node',
      see: 'Walk through the processor’s steps: the norm of each message that the node receives, read from the network as it is now.',
      network: { zoom: 'node' },
      show: () => ({ ...PLAIN, overlays: only(), pick: null }),
    },
    {
      heading: 'How far the news gets',
      text: [
        'One processor step carries news one edge further. On the finest mesh alone that is one neighbour per step; over the multi-mesh’s long edges the whole globe is a few steps away.',
        'GraphCast takes 16 steps, with weights of its own in each.',
      ],
      controls: ['message steps', 'mesh size'],
      figure: 'reach',
      see: 'Change the message-passing steps: what share of the mesh a node can know of, with and without the long edges.',
    },
  ],
};

export const ENCODE_PROCESS_DECODE: Lesson = {
  title: 'Encode, process, decode',
  summary: 'One step of 6 h, from two frames of weather to the next.',
  steps: [
    {
      heading: 'What goes in',
      text: [
        'For every grid node: the state at −6 h and 0 h, the forcings at −6 h, 0 h and +6 h (sunshine, time of day, time of year), and what never changes (height, land).',
        'With 37 levels GraphCast reads 471 channels, and adds 3 for where the node is: sin(latitude), cos and sin(longitude). All are normalised.',
      ],
      controls: ['input'],
      figure: 'channels',
      see: 'Look at the inputs one by one on the globe.',
      show: () => ({ ...PLAIN, overlays: only('graticule'), layer: 'truth', pick: null }),
    },
    {
      heading: 'The processor holds the weights',
      text: [
        'The encoder carries the grid’s latents onto the mesh in one message step. The processor passes messages on the mesh alone, 10,242 nodes in place of 65,160 at 1°. The decoder carries the result back.',
        'GraphCast has 36,348,131 parameters with 37 levels, GraphCast_small 35,979,347: nearly all in the processor’s 16 steps.',
      ],
      controls: ['message steps', 'latent size'],
      figure: 'parameters',
      see: 'Add message-passing steps: every one brings its own edge and node weights.',
    },
    {
      heading: 'What goes through it',
      text: [
        'After the encoder every mesh node holds what it gathered from the grid. Each step adds an update to it (a residual), so the latents grow; LayerNorm keeps each update to a like size.',
      ],
      controls: ['processor step'],
      figure: 'mesh nodes',
      see: 'Walk through the steps: the norm of every mesh node’s latent on the globe, its mean beside it.',
      network: { zoom: 'mesh', shows: 'latent' },
      show: () => ({ ...PLAIN, overlays: only(), camera: WHOLE, pick: null }),
    },
    {
      heading: 'What comes out is a change',
      text: [
        'The decoder’s last MLP, without LayerNorm, gives every grid node one number per predicted field: 227 in GraphCast, 83 in GraphCast_small.',
        'It is no weather yet: times the standard deviation of 6 h differences it is the change that is added to the last frame.',
      ],
      formula: 'x(t + 6 h) = x(t) + σ_Δ · output',
      controls: ['forecast', 'variable'],
      figure: 'error growth',
      see: 'Forecast 6 h: the change that the network predicts, and beside it the frame that it makes.',
      show: () => ({
        ...PLAIN,
        overlays: only('graticule'),
        layer: 'tendency',
        leadHours: 6,
        compare: { layer: 'forecast', divider: null },
        pick: null,
      }),
    },
  ],
};
