/** Files on their way to the server: inside a request where they are small, else uploaded first. */

import { toBase64 } from './base64.js';
import type { Transport } from './transport.js';
import type { ImageInput, MeshInput, TransferProgress } from './types.js';

/** Pictures up to this many bytes travel inside the request. */
const INLINE = 4 << 20;

export interface UploadOptions {
  onProgress?: TransferProgress | undefined;
  signal?: AbortSignal | undefined;
}

type Contents = Blob | ArrayBuffer | Uint8Array;

const blobOf = (contents: Contents): Blob =>
  contents instanceof Blob ? contents : new Blob([contents as Uint8Array<ArrayBuffer>]);

/** Send files; the server's name of each, in order. */
export async function upload(transport: Transport, files: Contents[], options: UploadOptions = {}): Promise<string[]> {
  const form = new FormData();
  for (const file of files.map(blobOf)) form.append('files', file, file instanceof File ? file.name : 'file');
  // A file that arrived twice does no harm, so this may be repeated.
  const { signal, onProgress } = options;
  const answer =
    onProgress === undefined
      ? await transport.json('POST', 'mesh/upload', { body: form, retry: true, signal })
      : await uploadWatched(transport, form, onProgress, signal);
  return answer['files'] as string[];
}

/** `fetch` tells nothing of what it has sent, so its body is counted as it is taken; browsers need their older way. */
async function uploadWatched(
  transport: Transport,
  form: FormData,
  onProgress: TransferProgress,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  if (typeof XMLHttpRequest !== 'undefined') return uploadByXhr(transport, form, onProgress, signal);
  const whole = new Response(form);
  const headers = { 'Content-Type': whole.headers.get('Content-Type') ?? '' };
  const content = await whole.blob();
  let done = 0;
  const body = content.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        controller.enqueue(chunk);
        done += chunk.byteLength;
        onProgress(done, content.size);
      },
    }),
  );
  return transport.json('POST', 'mesh/upload', { body, headers, retry: false, signal });
}

function uploadByXhr(
  transport: Transport,
  form: FormData,
  onProgress: TransferProgress,
  signal: AbortSignal | undefined,
): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', transport.url('mesh/upload'));
    for (const [name, value] of Object.entries(transport.headers())) request.setRequestHeader(name, value);
    request.upload.onprogress = (event) => onProgress(event.loaded, event.lengthComputable ? event.total : null);
    const fail = (): void => reject(signal?.aborted ? signal.reason : transport.connectionError(undefined));
    request.onerror = fail;
    request.onabort = fail;
    request.onload = () => {
      const answer = new Response(request.responseText, {
        status: request.status,
        headers: { 'Retry-After': request.getResponseHeader('Retry-After') ?? '' },
      });
      transport.read(answer).then(resolve, reject);
    };
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    request.send(form);
  });
}

/** Pictures as the API takes them. */
export function imagesOf(
  transport: Transport,
  images: ImageInput | ImageInput[],
  signal?: AbortSignal,
): Promise<string[]> {
  return Promise.all([images].flat().map((image) => imageOf(transport, image, signal)));
}

async function imageOf(transport: Transport, image: ImageInput, signal?: AbortSignal): Promise<string> {
  if (typeof image === 'string') return named(image, ['data:', 'uploads/']);
  const blob = blobOf(image);
  if (blob.size > INLINE) return (await upload(transport, [blob], { signal }))[0]!;
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return `data:${blob.type || imageType(bytes)};base64,${toBase64(bytes)}`;
}

/** A mesh as the API takes it. */
export async function meshOf(transport: Transport, mesh: MeshInput, signal?: AbortSignal): Promise<string> {
  if (typeof mesh === 'string') return named(mesh, ['uploads/', 'outputs/', 'job:']);
  if ('jobId' in mesh) return `job:${mesh.jobId}`;
  return (await upload(transport, [mesh], { signal }))[0]!;
}

/** A string that names what the server has; a local path does not. */
function named(text: string, beginnings: string[]): string {
  if (beginnings.some((beginning) => text.startsWith(beginning))) return text;
  throw new TypeError(`'${text.slice(0, 80)}' does not begin with ${beginnings.join(', ')}; in Node send await fileFrom(path)`);
}

/** MIME type of a picture from its first bytes. */
function imageType(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png';
  if (bytes[0] === 0x52 && bytes[8] === 0x57) return 'image/webp';
  return 'image/jpeg';
}
