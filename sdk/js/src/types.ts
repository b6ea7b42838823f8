/** What the API takes and answers. Times are ISO 8601 strings, `progress` is 0..1, paths are the server's. */

export type Feature = 'mesh_generation' | 'texture_generation' | 'mesh_segmentation' | 'auto_rigging';
export type JobStatus = 'queued' | 'processing' | 'completed' | 'error';

/** A picture: a `data:` URI, a file that the server has (`uploads/…`), or contents. */
export type ImageInput = string | Blob | ArrayBuffer | Uint8Array;
/** A mesh: a file that the server has (`uploads/…`, `outputs/…`), `job:ID`, a job, or contents. */
export type MeshInput = string | Blob | ArrayBuffer | Uint8Array | { jobId: string };

/** What may be asked of the mesh itself; done after the work to one that is made, before it to one that is sent. */
export interface MeshOptions {
  fillHoles?: boolean;
  remesh?: 'none' | 'quads';
  targetFaces?: number;
  unwrap?: boolean;
  origin?: 'keep' | 'base' | 'center';
  /** Metres. */
  height?: number;
  /** Further files with fewer triangles, 0 to 4. */
  lods?: number;
}

/** What every submit takes. */
export interface SubmitOptions {
  modelPreference?: string;
  seed?: number;
  /** The model's own settings; `models.list()` gives their JSON schema. */
  parameters?: Record<string, unknown>;
  meshOptions?: MeshOptions;
  /** The same key and body give the stored answer instead of a second job. One is made when it is left out. */
  idempotencyKey?: string;
  signal?: AbortSignal;
}

export interface GenerateMeshOptions extends SubmitOptions {
  outputFormat?: 'glb' | 'obj' | 'fbx';
  quality?: 'low' | 'medium' | 'high';
  textureResolution?: 512 | 1024 | 2048 | 4096;
}

export interface GenerateTextureOptions extends SubmitOptions {
  mesh: MeshInput;
  prompt?: string;
  images?: ImageInput | ImageInput[];
  outputFormat?: 'glb' | 'obj' | 'fbx';
  textureResolution?: 512 | 1024 | 2048 | 4096;
  style?: 'realistic' | 'cartoon' | 'artistic';
  /** 0 leaves the mesh as it is; at 0.8 nothing of the old surface is left; up to 1 contrast grows. */
  intensity?: number;
}

export interface AnalyzeSegmentsOptions extends SubmitOptions {
  mesh: MeshInput;
  segmentationLevel?: 'coarse' | 'fine' | 'semantic';
  outputFormat?: 'glb' | 'obj';
  /** Vertices. */
  minPartSize?: number;
}

export interface GenerateRigOptions extends SubmitOptions {
  mesh: MeshInput;
  characterType?: 'humanoid' | 'quadruped' | 'generic';
  outputFormat?: 'glb' | 'fbx' | 'obj';
  boneCount?: number;
  includeWeights?: boolean;
}

/** The answer to a submit. */
export interface SubmittedJob {
  jobId: string;
  status: JobStatus;
  message: string;
  estimatedCompletion: string | null;
  credits: number | null;
}

/** A part of a segmented mesh; `color` is `#RRGGBB`. */
export interface SegmentPart {
  partId: string;
  label: string;
  vertices: number;
  faces: number;
  color: string;
}

/** A bone at rest: head in metres, +Y up, and a quaternion (x, y, z, w). */
export interface Bone {
  name: string;
  parent: string | null;
  position: [number, number, number];
  rotation: [number, number, number, number];
}

/** What a job made. Fields of parts and rigs are there for those features. */
export interface JobResult {
  filePath: string;
  format: 'glb' | 'obj' | 'fbx';
  /** Bytes. */
  fileSize: number;
  vertices: number;
  faces: number;
  hasTexture: boolean;
  previewImage: string;
  /** Serves the file without credentials for an hour. */
  downloadUrl: string;
  previewUrl: string;
  sha256: string;
  modelId: string;
  modelRevision: string;
  licence: string;
  seed: number;
  source: string;
  confidence: number;
  /** Sentences for the person who asked. */
  notes: string[];
  lods: { filePath: string; vertices: number; faces: number }[];
  parts?: SegmentPart[];
  totalParts?: number;
  boneCount?: number;
  bones?: Bone[];
  animationReady?: boolean;
}

/** Why a job ended in `error`. */
export interface JobProblem {
  errorCode: string;
  message: string;
  details: Record<string, unknown>;
}

export interface Job {
  jobId: string;
  status: JobStatus;
  feature: Feature;
  modelId: string;
  request: Record<string, unknown>;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  progress: number;
  stage: string;
  eta: string | null;
  attempts: number;
  credits: number | null;
  /** 1 is next; null when not queued. */
  queuePosition: number | null;
  estimatedCompletion: string | null;
  result: JobResult | null;
  error: JobProblem | null;
}

export interface JobPage {
  jobs: Job[];
  nextCursor: string | null;
}

export type JobEventName = 'job_queued' | 'job_started' | 'progress_update' | 'job_completed' | 'job_failed';

/** One event of a job. */
export interface JobEvent {
  event: JobEventName;
  jobId: string;
  timestamp: string;
  seq?: number;
  /** 0..1, of `progress_update`. */
  progress?: number;
  stage?: string;
  eta?: string | null;
  result?: JobResult;
  error?: string;
  errorCode?: string;
  suggestion?: string;
}

/** The files that a model needs beside its program. Sizes in bytes, `speed` in bytes a second. */
export interface ModelWeights {
  size: number;
  downloaded: number;
  installed: boolean;
  state: 'missing' | 'partial' | 'downloading' | 'installed';
  speed: number | null;
  etaSeconds: number | null;
  error: string | null;
  suggestion: string | null;
}

export interface LicenceTerms {
  name: string;
  url: string;
  summary: string;
  conditions: string[];
  mustAccept: boolean;
  accepted: boolean;
  acceptedBy: string | null;
  acceptedAt: string | null;
}

/** A model that the server knows; when it is not `ready`, `reason` and `remedy` say why and what to do. */
export interface Model {
  modelId: string;
  status: string;
  feature: Feature;
  description: string;
  /** MiB. */
  vramRequirement: number;
  estimatedTime: string;
  /** Price of a job of medium quality, for accounts that are metered. */
  credits: number;
  /** Where it is loaded. */
  gpuId: number | null;
  processingCount: number;
  supportedFormats: Record<string, string[]>;
  ready: boolean;
  reason: string | null;
  remedy: string | null;
  missingCode: string | null;
  onlyByName: boolean;
  licence: string;
  revision: string;
  builtin: boolean;
  parameters: Record<string, unknown>;
  weights: ModelWeights | null;
  licenceTerms: LicenceTerms | null;
  mayManage: boolean;
}

export interface Health {
  status: 'healthy' | 'degraded' | 'draining';
  timestamp: string;
  gpuStatus: {
    id: number;
    name: string;
    memoryTotal: number;
    memoryUsed: number;
    memoryFree: number;
    utilization: number | null;
    temperature: number | null;
  }[];
  queueSize: number;
  activeJobs: number;
  /** Why it is not healthy, and what to do about it. */
  reasons: { code: string; message: string; suggestion: string }[];
  version: string;
  apiVersion: string;
}

export interface Account {
  accountId: string;
  name: string;
  tier: string;
  /** What is left to spend; null: jobs cost nothing there. */
  credits: number | null;
  limits: {
    requestsPerMinute: number;
    uploadBytesPerMinute: number;
    websockets: number;
    concurrentJobs: number;
    queuedJobs: number;
    filesPerUpload: number;
    bytesPerFile: number;
    /** null: as much as fits. */
    storedBytes: number | null;
  };
  usage: { jobs: Record<string, number>; processingSeconds: number; storedFiles: number; storedBytes: number };
  createdAt: string;
  /** The key that asks; null for the token of the server's machine. */
  keyId: string | null;
  scopes: string[];
}

export type WebhookEventName = 'job_queued' | 'job_started' | 'job_completed' | 'job_failed';

export interface Webhook {
  id: string;
  url: string;
  events: WebhookEventName[];
  enabled: boolean;
  disabledReason: string | null;
  disabledAt: string | null;
  failingSince: string | null;
  /** Until then the secret before this one signs too. */
  oldSecretUntil: string | null;
  createdAt: string;
  /** Shown only when it is made or changed. */
  secret?: string;
}

/** What a webhook is sent. */
export interface WebhookPayload {
  event: WebhookEventName;
  jobId: string;
  timestamp: string;
  data: { feature: Feature; result?: JobResult | null; error?: string; errorCode?: string; suggestion?: string };
}

/** The quota as the last answer gave it; `reset` is in seconds since 1970. */
export interface RateLimit {
  limit: number;
  remaining: number;
  reset: number;
}

/** Called with the bytes so far and in all; null when that is not known. */
export type TransferProgress = (done: number, total: number | null) => void;
