import { downloadedArchive } from './download.ts';
import { goInstall } from './go-install.ts';
import { type Platform, thisPlatform } from './platform.ts';
import type { Program } from './program.ts';

const version = '1.8.0';

/** An S3 server over a folder. The tests speak S3 to it; `pawl dev` keeps objects in a plain folder and needs none. */
export function versitygw(platform: Platform = thisPlatform()): Program {
  const os = { linux: 'Linux', darwin: 'Darwin' }[platform.os] ?? platform.os;
  const arch = { amd64: 'x86_64' }[platform.arch] ?? platform.arch;
  const folder = `versitygw_v${version}_${os}_${arch}`;
  return {
    name: 'versitygw',
    version,
    variable: 'PAWL_VERSITYGW',
    ways: [
      downloadedArchive(
        `https://github.com/versity/versitygw/releases/download/v${version}/${folder}.tar.gz`,
        `${folder}/versitygw`,
      ),
      goInstall('github.com/versity/versitygw/cmd/versitygw', `v${version}`, 'versitygw'),
    ],
  };
}
