import { describe, expect, it } from 'vitest';
import { ConfigError } from '../errors';
import type { EdgeSet } from '../mesh/graph';
import type { Tensor } from '../webgpu/tensor';
import { sampleValues, withDevice } from '../webgpu/testing';
import { uploadEdgeBlocks } from './edge_blocks';

const [SENDERS, RECEIVERS, EDGES, LATENT] = [90, 200, 1500, 8];

function randomEdges(): EdgeSet {
  const pick = (name: string, n: number) =>
    Int32Array.from(sampleValues(name, EDGES), (v) => Math.min(n - 1, Math.floor(((v + 1) / 2) * n)));
  return {
    senders: pick('senders', SENDERS),
    receivers: pick('receivers', RECEIVERS),
    features: sampleValues('features', EDGES * 4),
  };
}

describe('uploadEdgeBlocks', () => {
  it('keeps every edge once, receiver-sorted, with a sender order that covers the block', () =>
    withDevice(async ({ memory: newMemory }) => {
      const memory = newMemory();
      const set = randomEdges();
      const maxBytes = 700 * LATENT * 4;
      const { blocks } = uploadEdgeBlocks(
        memory,
        'edges',
        set,
        SENDERS,
        RECEIVERS,
        LATENT,
        maxBytes,
        2 * maxBytes,
      );
      expect(blocks.length).toBeGreaterThan(2);
      const integers = async (t: Tensor) => [...new Uint32Array((await memory.read(t)).buffer)];
      const found: string[] = [];
      let nextReceiver = 0;
      for (const block of blocks) {
        expect(block.edges * LATENT * 4).toBeLessThanOrEqual(maxBytes);
        expect(block.receiverStart).toBe(nextReceiver);
        nextReceiver += block.receiverCount;
        const [senders, receivers] = [await integers(block.senders), await integers(block.receivers)];
        const features = await memory.read(block.features);
        expect(receivers).toEqual(receivers.toSorted((a, b) => a - b));
        const starts = await integers(block.receiverStarts);
        const most = (nodes: number[]) => Math.max(...nodes.map((n) => nodes.filter((m) => m === n).length));
        expect([block.mostReceived, block.mostSent]).toEqual([most(receivers), most(senders)]);
        receivers.forEach((receiver, e) => {
          const local = receiver - block.receiverStart;
          expect(starts[local] <= e && e < starts[local + 1]).toBe(true);
          found.push(`${senders[e]} ${receiver} ${features.subarray(e * 4, e * 4 + 4)}`);
        });
        const order = await integers(block.senderOrder);
        const senderStarts = await integers(block.senderStarts);
        expect(order.toSorted((a, b) => a - b)).toEqual([...Array(block.edges).keys()]);
        for (let s = 0; s < SENDERS; s++) {
          for (let j = senderStarts[s]; j < senderStarts[s + 1]; j++) expect(senders[order[j]]).toBe(s);
        }
      }
      expect(nextReceiver).toBe(RECEIVERS);
      const wanted = Array.from({ length: EDGES }, (_, e) => {
        return `${set.senders[e]} ${set.receivers[e]} ${set.features.subarray(e * 4, e * 4 + 4)}`;
      });
      expect(found.toSorted()).toEqual(wanted.toSorted());
    }));

  it('lets a block grow where 64 receivers need more than it should take', () =>
    withDevice(async ({ memory: newMemory }) => {
      const [few, many] = [10 * LATENT * 4, 2000 * LATENT * 4];
      const { blocks } = uploadEdgeBlocks(
        newMemory(),
        'edges',
        randomEdges(),
        SENDERS,
        RECEIVERS,
        LATENT,
        few,
        many,
      );
      expect(blocks.map(({ receiverCount }) => receiverCount)).toEqual([64, 64, 64, 8]);
    }));

  it('refuses blocks that cannot hold 64 receivers', () =>
    withDevice(async ({ memory: newMemory }) => {
      const upload = () =>
        uploadEdgeBlocks(
          newMemory(),
          'edges',
          randomEdges(),
          SENDERS,
          RECEIVERS,
          LATENT,
          40 * LATENT * 4,
          50 * LATENT * 4,
        );
      expect(upload).toThrow(ConfigError);
    }));
});
