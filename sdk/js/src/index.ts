export { DEFAULT_BASE_URL, Pocket3DClient, type ClientEvents, type ClientOptions } from './client.js';
export {
  JobFailedError,
  Pocket3DAPIError,
  Pocket3DConnectionError,
  Pocket3DTimeoutError,
  type ErrorFacts,
} from './errors.js';
export type { UploadOptions } from './files.js';
export type { JobLike } from './resources.js';
export type { DownloadOptions } from './transport.js';
export type * from './types.js';
export type { WaitOptions } from './waiting.js';
export { verifyWebhook, type HeadersLike } from './webhooks.js';
