// Checks the proof of a credential with the packages of Digital Bazaar, as somebody who knows nothing of Passerelle
// would: node verify.mjs CREDENTIAL FOLDER-OF-CONTEXTS [DID-DOCUMENT]. Prints "verified", or why not, and exits with 1.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DataIntegrityProof } from '@digitalbazaar/data-integrity';
import { cryptosuite } from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import jsigs from 'jsonld-signatures';

const [file, folder, keys] = process.argv.slice(2);
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
const credential = json(file);
const issuer = credential.issuer.id ?? credential.issuer;
const contexts = new Map([
  ['https://www.w3.org/ns/credentials/v2', 'credentials-v2.jsonld'],
  ['https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json', 'ob-v3p0-context-3.0.3.json'],
  ['https://w3id.org/security/multikey/v1', 'multikey-v1.jsonld'],
]);

async function documentLoader(url) {
  const known = contexts.get(url);
  if (known) return { contextUrl: null, documentUrl: url, document: json(join(folder, known)) };
  const document = keys ? json(keys) : undefined;
  const method = url.includes('#') ? url : undefined;
  if (document && method) {
    const found = document.verificationMethod.find((entry) => entry.id === method);
    if (found) return { contextUrl: null, documentUrl: url, document: { '@context': 'https://w3id.org/security/multikey/v1', ...found } };
  }
  if (document && url === document.id) return { contextUrl: null, documentUrl: url, document };
  if (url.startsWith('did:key:')) {
    const [did, key] = url.split('#');
    const entry = { '@context': 'https://w3id.org/security/multikey/v1', id: url, type: 'Multikey', controller: did, publicKeyMultibase: key ?? did.slice(8) };
    const own = { '@context': 'https://www.w3.org/ns/did/v1', id: did, assertionMethod: [`${did}#${did.slice(8)}`] };
    return { contextUrl: null, documentUrl: url, document: key ? entry : own };
  }
  throw new Error(`no document for ${url}`);
}

const purpose = new jsigs.purposes.AssertionProofPurpose({ controller: { id: issuer, assertionMethod: [credential.proof.verificationMethod] } });
const suite = new DataIntegrityProof({ cryptosuite });
const result = await jsigs.verify(credential, { suite, purpose, documentLoader });
if (!result.verified) {
  console.error(result.error?.errors?.map(String).join('\n') ?? result.error ?? 'not verified');
  process.exit(1);
}
console.log('verified');
