import { useEffect, useState } from 'react';
import { openDataset, openFiles } from '../state/changed_files';
import { isBusy } from '../state/data';
import { notify, reportError } from '../state/notices';
import { t } from '../words/words';

/** As Chromium has it. */
type HandleItem = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

/** By which a folder is known as a Zarr, of version 2 or 3. */
const ZARR_FILES = ['.zgroup', '.zmetadata', 'zarr.json'];

/** The whole window takes dropped files and folders; a veil says so while they hover. */
export function DropTarget() {
  const [hovering, setHovering] = useState(false);

  useEffect(() => {
    const listening = new AbortController();
    const on = (type: 'dragover' | 'dragleave' | 'drop', listener: (event: DragEvent) => void) =>
      window.addEventListener(type, listener, { signal: listening.signal });
    on('dragover', (event) => {
      if (!event.dataTransfer?.types.includes('Files')) return;
      event.preventDefault();
      setHovering(true);
    });
    on('dragleave', (event) => {
      if (event.relatedTarget === null) setHovering(false);
    });
    on('drop', (event) => {
      event.preventDefault();
      setHovering(false);
      if (isBusy()) notify('info', t('Stop the run, or let the file open, before another is dropped.'));
      else if (event.dataTransfer) openDropped(event.dataTransfer).catch(reportError);
    });
    return () => listening.abort();
  }, []);

  if (!hovering) return null;
  return (
    <div className="drop-veil">
      {t('Drop data (.nc, .zarr, .zip), statistics, a checkpoint (.npz) or a run (.zip)')}
    </div>
  );
}

/** Opens a dropped Zarr, else the dropped files and those directly inside dropped folders. */
async function openDropped(transfer: DataTransfer): Promise<void> {
  // Only while the event is handled can the items be asked.
  const items: HandleItem[] = [...transfer.items];
  const handles = items.map((item) => item.getAsFileSystemHandle?.());
  const files = droppedFiles(transfer);
  for (const handle of await Promise.all(handles)) {
    if (handle instanceof FileSystemDirectoryHandle && (await isZarr(handle))) {
      return openDataset({ folder: handle });
    }
  }
  return openFiles(await files);
}

async function isZarr(folder: FileSystemDirectoryHandle): Promise<boolean> {
  for await (const name of folder.keys()) if (ZARR_FILES.includes(name)) return true;
  return false;
}

async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry());
  const plain = [...transfer.files];
  const files: File[] = [];
  for (const [i, entry] of entries.entries()) {
    if (entry?.isDirectory) files.push(...(await filesIn(entry as FileSystemDirectoryEntry)));
    else if (plain[i]) files.push(plain[i]);
  }
  return files;
}

async function filesIn(folder: FileSystemDirectoryEntry): Promise<File[]> {
  const reader = folder.createReader();
  const entries = await new Promise<FileSystemEntry[]>((resolve, reject) =>
    reader.readEntries(resolve, reject),
  );
  const files = entries.filter((entry) => entry.isFile && /\.(nc|npz)$/.test(entry.name));
  return Promise.all(
    files.map(
      (entry) => new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject)),
    ),
  );
}
