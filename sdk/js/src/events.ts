/** Server-sent events, as the HTML standard defines them. */

import { chunks } from './transport.js';

export interface ServerSentEvent {
  id: string | undefined;
  data: string;
}

/** The events of a stream, as they arrive; `onBytes` is called with every chunk, so with comments too. */
export async function* serverSentEvents(
  stream: ReadableStream<Uint8Array>,
  onBytes?: () => void,
): AsyncGenerator<ServerSentEvent, void, void> {
  const decoder = new TextDecoder();
  let rest = '';
  let id: string | undefined;
  let data: string[] = [];
  for await (const chunk of chunks(stream)) {
    onBytes?.();
    rest += decoder.decode(chunk, { stream: true });
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) {
      if (line === '') {
        if (data.length) yield { id, data: data.join('\n') };
        data = [];
        continue;
      }
      const colon = line.indexOf(':');
      const name = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
      if (name === 'data') data.push(value);
      else if (name === 'id') id = value;
    }
  }
}
