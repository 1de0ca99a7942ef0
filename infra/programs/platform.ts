/** This machine in the words that release files use. */
export interface Platform {
  /** As Go says it: linux, darwin. */
  readonly os: string;
  /** As Go says it: amd64, arm64. */
  readonly arch: string;
}

export function thisPlatform(): Platform {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;
  return { os: process.platform, arch };
}
