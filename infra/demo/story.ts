import pc from 'picocolors';

const width = 24;

/** The demo's voice: chapters, sentences, and one line at the bottom that shows what is going on. */
export class Story {
  readonly #out: NodeJS.WriteStream;
  #line = '';
  #lastPlain = 0;
  #chapter = 0;
  readonly #started = performance.now();

  constructor(out: NodeJS.WriteStream = process.stdout) {
    this.#out = out;
  }

  chapter(title: string): void {
    this.say('');
    this.say(pc.bold(`${++this.#chapter}. ${title}`));
  }

  say(sentence: string): void {
    this.#clear();
    const time =
      sentence === '' ? '' : pc.dim(`${String(Math.round((performance.now() - this.#started) / 1000)).padStart(4)} s  `);
    this.#out.write(`${time}${sentence}\n`);
    this.#draw();
  }

  /** A command as a reader would type it. */
  command(line: string): void {
    this.say(pc.cyan(`$ ${line}`));
  }

  /** Replaces the bottom line. Without a terminal it is printed every five seconds. */
  status(text: string): void {
    if (this.#out.isTTY) {
      this.#clear();
      this.#line = text;
      this.#draw();
    } else if (performance.now() - this.#lastPlain > 5000) {
      this.#lastPlain = performance.now();
      this.#out.write(`        ${text}\n`);
    }
  }

  /** `[######------] 50 %` */
  bar(done: number, total: number): string {
    const share = total === 0 ? 1 : Math.min(1, done / total);
    const full = Math.round(share * width);
    return `[${'#'.repeat(full)}${'-'.repeat(width - full)}] ${Math.round(share * 100)} %`;
  }

  endStatus(): void {
    this.#clear();
    this.#line = '';
  }

  #clear(): void {
    if (this.#out.isTTY && this.#line !== '') this.#out.write('\r\u001b[2K');
  }

  #draw(): void {
    if (!this.#out.isTTY || this.#line === '') return;
    this.#out.write(pc.dim(this.#line.slice(0, (this.#out.columns ?? 120) - 1)));
  }
}
