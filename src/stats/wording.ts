/** How numbers are said in the sentences that people read. No locale data, so that every process says the same. */

/** `1,204` */
export function inWords(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ',');
}

/** `1 label`, `1,204 labels`. */
export function counted(count: number, noun: string): string {
  return `${inWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** A fraction as `25 %`, `0.2 %`: with `digits` decimals, trailing zeros dropped. */
export function percent(fraction: number, digits = 1): string {
  return `${withoutZeros((fraction * 100).toFixed(digits))} %`;
}

/** A difference of fractions as `2.3 points`. */
export function points(difference: number): string {
  const said = withoutZeros((difference * 100).toFixed(1));
  return `${said} ${said === '1' ? 'point' : 'points'}`;
}

/** Four significant digits without an exponent for what data usually holds: `0.003467`, `0.4163`, `1204`. */
export function figure(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  return size >= 1e-6 && size < 1e9 ? String(Number(value.toPrecision(4))) : value.toExponential(2);
}

const units: readonly (readonly [ms: number, name: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1000, 's'],
];

/** Milliseconds in the largest unit that leaves at least 1, with at most one decimal: `10 min`, `1.5 h`, `250 ms`. */
export function lasting(ms: number): string {
  for (const [size, name] of units) {
    if (ms >= size) return `${withoutZeros((Math.floor((ms / size) * 10) / 10).toFixed(1))} ${name}`;
  }
  return `${Math.round(ms)} ms`;
}

/** Bytes in the largest unit that leaves at least 1, with at most one decimal: `734 kB`, `1.2 MB`, `80 bytes`. */
export function sized(bytes: number): string {
  for (const [size, name] of sizes) if (bytes >= size) return `${withoutZeros((bytes / size).toFixed(1))} ${name}`;
  return counted(bytes, 'byte');
}

const sizes = [
  [1e9, 'GB'],
  [1e6, 'MB'],
  [1e3, 'kB'],
] as const;

/** `a`, `a and b`, `a, b and c`. */
export function listed(things: readonly string[]): string {
  return things.length < 2 ? things.join('') : `${things.slice(0, -1).join(', ')} and ${things.at(-1)}`;
}

const withoutZeros = (text: string) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
