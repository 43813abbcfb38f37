/** The thread beside the main one that reads data: messages in, messages out. */
import { parentPort } from 'node:worker_threads';
import { serveDataset } from '../weather/dataset_thread';

const port = parentPort!;
const answer = serveDataset((reply, transfer) => port.postMessage(reply, transfer));

port.on('message', (request) => void answer(request));
