/** The API's names are snake_case, JavaScript's are camelCase. */

/** Objects below these names have keys of their own (models, schemas, settings), which stay as they are. */
const OPAQUE = new Set([
  'parameters',
  'details',
  'request',
  'supported_formats',
  'usage_stats',
  'jobs_by_status',
  'gpu_allocation',
]);

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => renamed(item, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [rename(key), OPAQUE.has(snake(key)) ? item : renamed(item, rename)]),
  );
}

/** What the API answered, in JavaScript's names. */
export function fromApi<T>(value: unknown): T {
  return renamed(value, camel) as T;
}

/** What a caller wrote, in the API's names; what is undefined is left out. */
export function toApi(value: object): Record<string, unknown> {
  const given = Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined));
  return renamed(given, snake) as Record<string, unknown>;
}
