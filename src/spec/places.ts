import type { Document, Node, Pair } from 'yaml';
import { isCollection, isMap, isNode, isPair, isScalar, LineCounter, parseDocument } from 'yaml';

/** 1-based. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML text with the place of everything in it. */
export class PlacedYaml {
  /** The content as plain values; undefined where the text is no YAML. */
  readonly value: unknown;
  /** What is wrong with the text as YAML. */
  readonly mistakes: readonly { readonly message: string; readonly place: Place; readonly hint: string }[];
  readonly #document: Document;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    const document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, stringKeys: true });
    this.#document = document;
    const mistakes = document.errors.map((error) => ({
      message: error.code === 'DUPLICATE_KEY' ? 'A key is written twice' : sentence(error.message),
      place: this.#at(error.pos[0]),
      hint: error.code === 'DUPLICATE_KEY' ? 'each key once in a mapping' : 'YAML',
    }));
    // A key written twice leaves a document that can be read on; after any other mistake the structure is a guess.
    const readable = document.errors.every((error) => error.code === 'DUPLICATE_KEY');
    try {
      this.value = readable ? document.toJS({ maxAliasCount: 100 }) : undefined;
    } catch (error) {
      mistakes.push({
        message: sentence(error instanceof Error ? error.message : String(error)),
        place: this.#at(0),
        hint: 'YAML',
      });
    }
    this.mistakes = mistakes;
  }

  /** Where the value at a path is written; where it is missing, the key of the nearest parent. */
  placeOf(path: readonly PropertyKey[]): Place {
    const { pair, node, found } = this.#follow(path);
    const shown = found && node?.range && !isEmpty(node) ? node : isNode(pair?.key) ? pair.key : node;
    return this.#at(shown?.range?.[0] ?? 0);
  }

  /** Where a key is written. */
  placeOfKey(path: readonly PropertyKey[]): Place {
    const { pair } = this.#follow(path);
    return this.#at(isNode(pair?.key) ? (pair.key.range?.[0] ?? 0) : 0);
  }

  /** Goes down a path as far as it is written. */
  #follow(path: readonly PropertyKey[]): { pair: Pair | null; node: Node | null; found: boolean } {
    let pair: Pair | null = null;
    let node: Node | null = this.#document.contents;
    for (const step of path) {
      const resolved: unknown =
        node !== null && 'resolve' in node ? (node as { resolve(of: Document): unknown }).resolve(this.#document) : node;
      if (isMap(resolved)) {
        const next: unknown = resolved.items.find((item) => isScalar(item.key) && item.key.value === step);
        if (!isPair(next)) return { pair, node, found: false };
        pair = next;
        node = isNode(next.value) ? next.value : null;
      } else if (isCollection(resolved) && typeof step === 'number') {
        const next: unknown = resolved.items[step];
        if (!isNode(next)) return { pair, node, found: false };
        node = next;
      } else return { pair, node, found: false };
    }
    return { pair, node, found: true };
  }

  #at(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  }
}

/** `key:` with nothing behind it. */
function isEmpty(node: Node): boolean {
  return isScalar(node) && node.range !== undefined && node.range !== null && node.range[0] === node.range[1];
}

/** The first line of the parser's message, which goes on with an excerpt. */
function sentence(message: string): string {
  return (message.split('\n')[0] ?? message).replace(/:?\s*$/, '');
}
