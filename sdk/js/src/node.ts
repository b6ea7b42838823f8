/** For Node: files from and to disk. */

import { createWriteStream, openAsBlob } from 'node:fs';
import { access, constants, mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Pocket3DClient } from './client.js';
import type { JobLike } from './resources.js';
import type { DownloadOptions } from './transport.js';

/** A file on disk as an input of the client; it is read as it is sent. */
export async function fileFrom(path: string): Promise<File> {
  await access(path, constants.R_OK); // its error names the file, openAsBlob's does not
  return new File([await openAsBlob(path)], basename(path));
}

/** Write the file that a finished job made; it appears under its name only when it is whole. Returns the path. */
export async function saveResult(
  client: Pocket3DClient,
  job: JobLike,
  path: string,
  options: DownloadOptions = {},
): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  const part = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.part`);
  try {
    await pipeline(Readable.from(client.stream(job, options)), createWriteStream(part));
    await rename(part, path);
  } finally {
    await rm(part, { force: true });
  }
  return path;
}
