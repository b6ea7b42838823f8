/** The chapters of the API, one small class each. */

import { imagesOf, meshOf, upload, type UploadOptions } from './files.js';
import { fromApi, toApi } from './names.js';
import { collected, pieces, type DownloadOptions, type Transport } from './transport.js';
import type {
  Account,
  AnalyzeSegmentsOptions,
  GenerateMeshOptions,
  GenerateRigOptions,
  GenerateTextureOptions,
  Health,
  ImageInput,
  Job,
  JobPage,
  JobStatus,
  Model,
  SubmitOptions,
  SubmittedJob,
  Webhook,
  WebhookEventName,
} from './types.js';

/** A job by its id or as an object that has one. */
export type JobLike = string | { jobId: string };

export const jobIdOf = (job: JobLike): string => encodeURIComponent(typeof job === 'string' ? job : job.jobId);

class Resource {
  constructor(protected readonly transport: Transport) {}

  protected async submit(path: string, options: SubmitOptions & Record<string, unknown>): Promise<SubmittedJob> {
    const { idempotencyKey = crypto.randomUUID(), signal, ...body } = options;
    return fromApi(await this.transport.json('POST', path, { json: toApi(body), idempotencyKey, signal }));
  }
}

/** Meshes from text and images. */
export class MeshResource extends Resource {
  /** Make a mesh from a description. */
  async generateFromText({ prompt, ...options }: GenerateMeshOptions & { prompt: string }): Promise<SubmittedJob> {
    if (typeof prompt !== 'string') throw new TypeError("generateFromText takes an object: { prompt: 'a chair' }");
    return this.submit('mesh/generate', { textPrompt: prompt, ...options });
  }

  /** Make a mesh from one or more pictures of one object; `prompt` says what they show. */
  async generateFromImages({
    images,
    prompt,
    ...options
  }: GenerateMeshOptions & { images: ImageInput | ImageInput[]; prompt?: string }): Promise<SubmittedJob> {
    const sent = await imagesOf(this.transport, images, options.signal);
    return this.submit('mesh/generate', { images: sent, textPrompt: prompt, ...options });
  }

  /** Send images or meshes, at most 10 of 500 MB each; the server's name of each, in order. */
  upload(files: (Blob | ArrayBuffer | Uint8Array)[], options: UploadOptions = {}): Promise<string[]> {
    return upload(this.transport, files, options);
  }
}

/** Textures for a mesh. */
export class TextureResource extends Resource {
  /** Paint a mesh after a description or reference pictures. */
  async generate({ mesh, prompt, images, ...options }: GenerateTextureOptions): Promise<SubmittedJob> {
    return this.submit('texture/generate', {
      meshFile: await meshOf(this.transport, mesh, options.signal),
      textPrompt: prompt,
      images: images && (await imagesOf(this.transport, images, options.signal)),
      ...options,
    });
  }
}

/** Parts of a mesh. */
export class SegmentResource extends Resource {
  /** Split a mesh into parts. */
  async analyze({ mesh, ...options }: AnalyzeSegmentsOptions): Promise<SubmittedJob> {
    const meshFile = await meshOf(this.transport, mesh, options.signal);
    return this.submit('segment/analyze', { meshFile, ...options });
  }
}

/** Skeletons. */
export class RigResource extends Resource {
  /** Give a mesh a skeleton and skin weights. */
  async generate({ mesh, ...options }: GenerateRigOptions): Promise<SubmittedJob> {
    const meshFile = await meshOf(this.transport, mesh, options.signal);
    return this.submit('rig/generate', { meshFile, ...options });
  }
}

/** Jobs of every feature. */
export class JobsResource extends Resource {
  /** The job as it is now. */
  async get(job: JobLike): Promise<Job> {
    return fromApi(await this.transport.json('GET', `jobs/${jobIdOf(job)}`));
  }

  /** One page of this account's jobs, newest first. */
  async list(query: { limit?: number; cursor?: string; status?: JobStatus } = {}): Promise<JobPage> {
    return fromApi(await this.transport.json('GET', 'jobs', { query }));
  }

  /** All jobs of this account, newest first, fetched page by page. */
  async *iterate(query: { status?: JobStatus } = {}): AsyncGenerator<Job, void, void> {
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page: JobPage = await this.list({ ...query, ...(cursor ? { cursor } : {}) });
      yield* page.jobs;
      cursor = page.nextCursor;
    }
  }

  /** Stop a job; one that was cancelled already stays so. Throws CONFLICT when it has completed or failed. */
  async cancel(job: JobLike): Promise<Job> {
    return fromApi(await this.transport.json('POST', `jobs/${jobIdOf(job)}/cancel`, { retry: true }));
  }

  /** Remove a job and its files from the server. */
  async delete(job: JobLike): Promise<void> {
    await this.transport.json('DELETE', `jobs/${jobIdOf(job)}`);
  }
}

/** Files by the paths that results and uploads give. */
export class FilesResource extends Resource {
  /** The contents of `outputs/…` or `uploads/…`; a cut connection is continued. */
  download(path: string, options: DownloadOptions = {}): Promise<Blob> {
    return collected(this.stream(path, options));
  }

  /** The same piece by piece, for files that do not fit into memory. */
  stream(path: string, options: DownloadOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    return pieces(this.transport, `files/${path}`, options);
  }

  /** Remove a file from the server. */
  async delete(path: string): Promise<void> {
    await this.transport.json('DELETE', `files/${path}`);
  }
}

/** The server's models: licences and weights. What changes something needs a key with the scope `system`. */
export class ModelsResource extends Resource {
  /** Every model that the server knows, with why it cannot be used if so. */
  async list(): Promise<Model[]> {
    return fromApi<{ models: Model[] }>(await this.transport.json('GET', 'mesh/models')).models;
  }

  /** One model as it is now. */
  get(modelId: string): Promise<Model> {
    return this.#send('GET', modelId, '');
  }

  /** Accept a model's licence in the name of a person or company. With `licence`, the name of the terms that were read,
   * nothing is accepted if they have changed since. */
  acceptLicence(modelId: string, name: string, licence?: string): Promise<Model> {
    return this.#send('POST', modelId, '/licence', { accept: true, name, ...(licence ? { licence } : {}) });
  }

  /** Take the acceptance back; the model does not run any more. */
  withdrawLicence(modelId: string): Promise<Model> {
    return this.#send('POST', modelId, '/licence', { accept: false });
  }

  /** Begin to download a model's weights, or go on; `get` shows how far it is. */
  install(modelId: string): Promise<Model> {
    return this.#send('POST', modelId, '/install');
  }

  /** Stop the download; what has arrived stays for the next time. */
  cancelInstall(modelId: string): Promise<Model> {
    return this.#send('DELETE', modelId, '/install');
  }

  /** Delete a model's weights from the server; what other models need as well stays. */
  remove(modelId: string): Promise<Model> {
    return this.#send('DELETE', modelId, '/weights');
  }

  async #send(method: string, modelId: string, path: string, json?: object): Promise<Model> {
    const options = json === undefined ? { retry: true } : { json, retry: true };
    return fromApi(await this.transport.json(method, `models/${encodeURIComponent(modelId)}${path}`, options));
  }
}

/** Where the server tells what happens. `verifyWebhook` checks what it sends. */
export class WebhooksResource extends Resource {
  /** Register an address. The answer is the only one that shows a secret which the server made. */
  async create(options: { url: string; events: WebhookEventName[]; secret?: string }): Promise<Webhook> {
    return fromApi(await this.transport.json('POST', 'webhooks', { json: toApi(options) }));
  }

  /** All webhooks of the account. */
  async list(): Promise<Webhook[]> {
    return fromApi<{ webhooks: Webhook[] }>(await this.transport.json('GET', 'webhooks')).webhooks;
  }

  /** Remove a webhook. */
  async delete(webhookId: string): Promise<void> {
    await this.transport.json('DELETE', `webhooks/${encodeURIComponent(webhookId)}`);
  }

  /** Send a test event; it is delivered like any other. */
  async ping(webhookId: string): Promise<void> {
    await this.transport.json('POST', `webhooks/${encodeURIComponent(webhookId)}/ping`);
  }
}

/** Whose key it is. */
export class AccountResource extends Resource {
  /** Tier, credits and scopes. */
  async get(): Promise<Account> {
    return fromApi(await this.transport.json('GET', 'account'));
  }
}

/** The server itself. */
export class SystemResource extends Resource {
  /** Whether the server works, its GPUs and its queue. */
  async health(): Promise<Health> {
    return fromApi(await this.transport.json('GET', 'system/health'));
  }

  /** Counters since the server was set up. */
  async metrics(): Promise<Record<string, unknown>> {
    return fromApi(await this.transport.json('GET', 'system/metrics'));
  }

  /** The processes that run models. */
  async workers(): Promise<Record<string, unknown>> {
    return fromApi(await this.transport.json('GET', 'system/workers'));
  }
}
