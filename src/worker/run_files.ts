/** The files of one run. A name may lie in a folder: `stats/mean_by_level.nc`. */
export interface RunFiles {
  /** Names of all files. */
  list(): Promise<string[]>;
  /** A whole file; undefined when there is none. */
  read(file: string): Promise<Uint8Array<ArrayBuffer> | undefined>;
  /** Replaces a file's content or makes the file; durable when it resolves, and torn when it never does. */
  write(file: string, content: Uint8Array): Promise<void>;
  append(file: string, content: Uint8Array): Promise<void>;
  /** Puts a file in place of another, in one step. */
  rename(from: string, to: string): Promise<void>;
}

/** Where runs are kept, a folder for each. */
export interface RunFolders {
  list(): Promise<string[]>;
  /** Opens a folder, and makes it when it is new. */
  open(name: string): Promise<RunFiles>;
  remove(name: string): Promise<void>;
  /** Takes a run for itself until it is given back; false when somebody else, another tab perhaps, has it. */
  claim(name: string): Promise<boolean>;
  giveBack(name: string): void;
}
