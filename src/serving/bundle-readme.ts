import type { BundleManifest } from './bundle.ts';

/**
 * What lies beside a bundle for the person who finds it.
 * @param hashes some of the features are logged as hashes
 */
export function bundleReadme({ model, revision, champion, former, madeAt }: BundleManifest, hashes: boolean): string {
  const secret = hashes
    ? '\nSome features are logged as hashes: set `PAWL_LOG_HASH_KEY` to the secret of your other gateways.\n'
    : '';
  const before = former === null ? '' : `, and v${former.version} where that fails`;
  return `# ${model}, as a bundle

A gateway of pawl serves ${model} from this folder with no other service in reach: v${champion.version} answers${before}. It was
made from traffic revision ${revision} at ${madeAt}.

## Start

With Node.js 20.19 or newer and pawl, from the folder that pawl is installed in:

\`\`\`sh
node dist/workers/gateway.js --bundle DIR
\`\`\`

DIR is this folder, wherever it is: nothing in it depends on its place. The gateway listens at 127.0.0.1:8460
(\`PAWL_GATEWAY_HOST\`, \`PAWL_GATEWAY_PORT\`) and checks every file when it starts.

\`\`\`sh
curl http://127.0.0.1:8460/v1/models/${model}/predict -d '{ "row": { ... } }'
\`\`\`

## What it sends, when it can

Predictions, windows and labels wait in this folder. With \`PAWL_REGISTRY_URL\` and \`PAWL_STORE_URL\` set they leave for the registry and
the object store whenever these are in reach, also at a later start; until then nothing is lost but what a full disk costs.
Once it reaches the registry, the gateway goes by the traffic there and keeps it, with its artifacts, in \`cache/\`. So the folder
must be writable, and belongs to one gateway at a time.
${secret}
## Files

| file | |
|---|---|
| \`bundle.json\` | model, versions and the SHA-256 digests of their artifacts, as made |
| \`cache/\` | the traffic, and an ONNX artifact a version |
| \`attestations/\`, \`trusted-keys.pem\` | what was signed of each version, as a DSSE envelope, and the public keys; where there are some |
| \`predictions/\`, \`windows/\`, \`labels/\` | what waits to be sent; made when there is something |
`;
}
