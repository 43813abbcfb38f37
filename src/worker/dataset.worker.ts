/** The thread beside the engine's that reads data: messages in, messages out. */
import { serveDataset, type ThreadRequest } from '../weather/dataset_thread';

const answer = serveDataset((reply, transfer) => self.postMessage(reply, { transfer }));

self.onmessage = ({ data }: MessageEvent<ThreadRequest>) => void answer(data);
