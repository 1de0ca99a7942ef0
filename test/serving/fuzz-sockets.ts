import { connect } from 'node:net';

/** What came back on a connection, and whether the other side closed it in time. */
export interface Heard {
  readonly answers: readonly { readonly status: number; readonly body: string }[];
  readonly closed: boolean;
}

interface Speech {
  readonly pieces: readonly Buffer[];
  /** Between two pieces. */
  readonly pauseMs?: number;
  /** How it ends: half-closed, waiting for what comes back; cut off; or left open. */
  readonly ending: 'half-close' | 'cut';
  /** How long to wait for the other side to close. */
  readonly withinMs?: number;
}

/** Sends bytes on a connection of their own, and hears what comes back. */
export function speak(port: number, { pieces, pauseMs = 0, ending, withinMs = 5000 }: Speech): Promise<Heard> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    const heard: Buffer[] = [];
    let ended = false;
    const timer = setTimeout(() => socket.destroy(), withinMs);
    socket.on('data', (chunk) => heard.push(chunk));
    socket.on('end', () => {
      ended = true;
      socket.end();
    });
    // A reset is an answer too: the other side wants no more of this.
    socket.on('error', () => (ended = true));
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ answers: answersIn(Buffer.concat(heard)), closed: ended || ending === 'cut' });
    });
    const say = async () => {
      for (const [i, piece] of pieces.entries()) {
        if (i > 0 && pauseMs > 0) await new Promise((resume) => setTimeout(resume, pauseMs));
        socket.write(piece);
      }
      if (ending === 'half-close') socket.end();
      else socket.destroy();
    };
    socket.on('connect', () => void say());
  });
}

/** The HTTP answers in what a server said; what is no HTTP is left out, and so is `100 Continue`. */
function answersIn(bytes: Buffer): { status: number; body: string }[] {
  const answers: { status: number; body: string }[] = [];
  let rest = bytes.toString('latin1');
  for (;;) {
    const head = /^HTTP\/1\.1 (\d{3})[^\r]*\r\n(?:[^\r]+\r\n)*\r\n/.exec(rest);
    if (head === null) return answers;
    const length = Number(/\r\ncontent-length: (\d+)\r\n/i.exec(head[0])?.[1] ?? 0);
    const body = rest.slice(head[0].length, head[0].length + length);
    if (head[1] !== '100') answers.push({ status: Number(head[1]), body: Buffer.from(body, 'latin1').toString() });
    rest = rest.slice(head[0].length + length);
  }
}
