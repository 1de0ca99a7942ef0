/** A JSON Schema (2020-12), or any other part of the document. */
export interface Part {
  readonly [key: string]: unknown;
}

export const schemaRef = (name: string): Part => ({ $ref: `#/components/schemas/${name}` });

/** An object whose properties are all required but the `optional` ones. */
export function object(properties: Part, optional: readonly string[] = [], more: Part = {}): Part {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: 'object', properties, ...(required.length === 0 ? {} : { required }), ...more };
}

/** An object of a request: pawl takes no key that it does not know. */
export function closed(properties: Part, optional: readonly string[] = [], more: Part = {}): Part {
  return object(properties, optional, { additionalProperties: false, ...more });
}

export const list = (items: Part, more: Part = {}): Part => ({ type: 'array', items, ...more });
export const text = (description?: string): Part => ({ type: 'string', ...(description === undefined ? {} : { description }) });
export const orNull = (type: string, more: Part = {}): Part => ({ type: [type, 'null'], ...more });
export const json = (schema: Part): Part => ({ 'application/json': { schema } });

/** A response of JSON. */
export function answer(description: string, schema: Part, headers: readonly string[] = []): Part {
  const referred = headers.map((name) => [name, { $ref: `#/components/headers/${name}` }] as const);
  return {
    description,
    ...(headers.length === 0 ? {} : { headers: Object.fromEntries(referred) }),
    content: json(schema),
  };
}

const refusals: Readonly<Record<number, string>> = {
  400: 'The body is no JSON, or not whole.',
  403: 'The caller may not ask for a version.',
  404: 'There is no such model, version or route.',
  405: 'The route takes another method.',
  413: 'The body is larger than the gateway takes.',
  422: 'The request has mistakes: all of them are listed, each with its column or field.',
  500: 'No version could score the request.',
  503: 'Not ready yet, or too much to do: try again after `retry-after` seconds.',
  504: 'No version answered in time.',
};

/** Responses with errors, in the schema of one of the protocols. */
export function refused(schema: string, ...statuses: readonly number[]): Part {
  return Object.fromEntries(
    statuses.map((status) => {
      const headers = status === 503 ? ['retry-after'] : status === 405 ? ['allow'] : [];
      return [status, answer(refusals[status] ?? '', schemaRef(schema), headers)];
    }),
  );
}
