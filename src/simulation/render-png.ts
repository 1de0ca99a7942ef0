import { createRequire } from 'node:module';
import { Resvg } from '@resvg/resvg-js';

const require = createRequire(import.meta.url);
/** They come with pawl: a bare machine has no fonts. */
const fonts = ['DejaVuSans.ttf', 'DejaVuSans-Bold.ttf'];
/** Pixels for each unit of the drawing, for screens of today. */
const scale = 2;

/** A drawing as PNG. */
export function renderPng(svg: string): Uint8Array {
  const fontFiles = fonts.map((file) => require.resolve(`dejavu-fonts-ttf/ttf/${file}`));
  const drawing = new Resvg(svg, {
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'DejaVu Sans' },
    fitTo: { mode: 'zoom', value: scale },
  });
  return drawing.render().asPng();
}
