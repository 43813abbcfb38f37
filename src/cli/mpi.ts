import { setTimeout } from 'node:timers/promises';
import { DeviceError } from '../errors';
import type { Collective } from '../training/collective';

/** Open MPI and MPICH name their handles differently: addresses of its own structures, or fixed numbers. */
const FLAVOURS = {
  'Open MPI': {
    libraries: ['libmpi.so.40', 'libmpi.so', 'libmpi.40.dylib', 'libmpi.dylib'],
    handle: 'void *',
    handles: { world: 'ompi_mpi_comm_world', float: 'ompi_mpi_float' },
  },
  MPICH: {
    // MPICH's binary interface is also Intel MPI's and MVAPICH's.
    libraries: ['libmpich.so.12', 'libmpi.so.12', 'libmpich.12.dylib', 'libmpi.12.dylib'],
    handle: 'int',
    handles: { world: 0x44000000, float: 0x4c00040a },
  },
} as const;

/**
 * How long a process that has said why it fails waits until it ends all: MPICH's `mpirun` would else now and then lose
 * what lies in its pipes unread (4 of 100 times; after 50 ms never).
 */
const READING_MILLISECONDS = 250;

/** A collective whose processes `mpirun` started. */
export interface MpiCollective extends Collective {
  /** Ends the library's work; every rank calls it, once. */
  finish(): void;
  /** Ends all ranks, because this one has failed and has said why: the others would wait for it for ever. */
  abort(exitCode: number): Promise<void>;
}

/** The library whose `mpirun` started this process; undefined when none did, or for a single process. */
function launchedBy(environment: NodeJS.ProcessEnv): keyof typeof FLAVOURS | undefined {
  if (Number(environment.OMPI_COMM_WORLD_SIZE) > 1) return 'Open MPI';
  if (Number(environment.PMI_SIZE) > 1) return 'MPICH';
  return undefined;
}

/**
 * Joins the other processes of an `mpirun -n N graphcast train …`.
 *
 * @returns undefined when this process runs alone
 * @throws DeviceError when the library or the foreign-function interface cannot be loaded
 */
export async function joinMpi(environment = process.env): Promise<MpiCollective | undefined> {
  const flavour = launchedBy(environment);
  if (!flavour) return undefined;
  const { handle, handles } = FLAVOURS[flavour];
  // A process that waits for the others leaves its core to whoever reads data or plays the GPU.
  process.env.OMPI_MCA_mpi_yield_when_idle ??= '1';
  // Open MPI, and UCX below either library, would rewrite the C library's code for giving memory back while Node's and
  // Dawn's threads run it. UCX reads what it may do when it is loaded.
  process.env.OMPI_MCA_memory ??= '^patcher';
  process.env.UCX_MEM_MMAP_HOOK_MODE ??= 'none';
  const { library, address } = await loadLibrary(flavour);
  const call = (prototype: string) => {
    const run = library.func(prototype);
    return (...values: unknown[]) => {
      const status = run(...values);
      if (status !== 0) throw new DeviceError(`${flavour} reports error ${status} in ${prototype}.`);
    };
  };
  const { world, float } =
    typeof handles.world === 'string'
      ? { world: address(handles.world), float: address(handles.float as string) }
      : handles;

  call('int MPI_Init(void *, void *)')(null, null);
  const [rank, size] = [[0], [0]];
  call(`int MPI_Comm_rank(${handle}, _Out_ int *)`)(world, rank);
  call(`int MPI_Comm_size(${handle}, _Out_ int *)`)(world, size);
  const broadcast = call(`int MPI_Bcast(void *, int, ${handle}, int, ${handle})`);
  const exchange = (name: string) =>
    call(`int ${name}(void *, int, ${handle}, void *, int, ${handle}, ${handle})`);
  const toEach = exchange('MPI_Alltoall');
  const gather = exchange('MPI_Allgather');
  const ranks = size[0];
  let sent = new Float32Array();
  let received = new Float32Array();

  return {
    rank: rank[0],
    size: ranks,
    broadcast: (values) => broadcast(values, values.length, float, 0, world),
    sum(values) {
      // Each rank adds up one part of the values and passes the sums on.
      const part = Math.ceil(values.length / ranks);
      // Made for the largest: the vote on whether to stop is one number, and comes between gradients.
      if (sent.length < part * ranks) {
        sent = new Float32Array(part * ranks);
        received = new Float32Array(part * ranks);
      }
      sent.set(values);
      toEach(sent, part, float, received, part, float, world);
      const sums = sent.subarray(0, part);
      for (let i = 0; i < part; i++) {
        let sum = 0;
        for (let r = 0; r < ranks; r++) sum += received[r * part + i];
        sums[i] = sum;
      }
      gather(sums, part, float, received, part, float, world);
      values.set(received.subarray(0, values.length));
    },
    finish: call('int MPI_Finalize()'),
    async abort(exitCode) {
      await setTimeout(READING_MILLISECONDS);
      call(`int MPI_Abort(${handle}, int)`)(world, exitCode);
    },
  };
}

async function loadLibrary(flavour: keyof typeof FLAVOURS) {
  const { default: koffi } = await import('koffi').catch((cause) => {
    throw new DeviceError(
      'Several processes need the package koffi, which is not installed for this system: run `npm install` again without --omit=optional.',
      { cause },
    );
  });
  const causes: unknown[] = [];
  for (const name of FLAVOURS[flavour].libraries) {
    try {
      // Global, because Open MPI's plugins look for its symbols among the process's own.
      const library = koffi.load(name, { global: true });
      return { library, address: (symbol: string) => library.symbol(symbol, 'uint8_t') };
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new DeviceError(
    `mpirun of ${flavour} started this process, but its library (${FLAVOURS[flavour].libraries.join(' or ')}) cannot be loaded: install it, or add its folder to LD_LIBRARY_PATH.`,
    { cause: new AggregateError(causes) },
  );
}
