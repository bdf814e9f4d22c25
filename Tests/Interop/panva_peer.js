// Answers for panva's jose, as Debian's node-jose installs it.
'use strict';
const readline = require('node:readline');

const folder = '/usr/share/nodejs/jose';
const jose = require(folder);

const decode = (text) => new Uint8Array(Buffer.from(text, 'base64url'));
const encode = (data) => Buffer.from(data).toString('base64url');

async function encrypt(request) {
  const plaintext = decode(request.plaintext);
  const aad = request.aad === undefined ? undefined : decode(request.aad);
  const { alg, key } = request.recipients[0];
  if (request.form === 'compact') {
    return new jose.CompactEncrypt(plaintext)
      .setProtectedHeader({ alg, enc: request.enc })
      .encrypt(await jose.importJWK(key, alg));
  }
  if (request.form === 'flattened') {
    const message = new jose.FlattenedEncrypt(plaintext)
      .setProtectedHeader({ enc: request.enc })
      .setUnprotectedHeader({ alg, kid: key.kid });
    if (aad) message.setAdditionalAuthenticatedData(aad);
    return JSON.stringify(await message.encrypt(await jose.importJWK(key, alg)));
  }
  const message = new jose.GeneralEncrypt(plaintext).setProtectedHeader({ enc: request.enc });
  if (aad) message.setAdditionalAuthenticatedData(aad);
  for (const recipient of request.recipients) {
    message
      .addRecipient(await jose.importJWK(recipient.key, recipient.alg))
      .setUnprotectedHeader({ alg: recipient.alg, kid: recipient.key.kid });
  }
  return JSON.stringify(await message.encrypt());
}

async function decrypt(request) {
  const key = await jose.importJWK(request.key, request.alg);
  const options = { keyManagementAlgorithms: request.algs };
  if (!request.jwe.startsWith('{')) {
    return encode((await jose.compactDecrypt(request.jwe, key, options)).plaintext);
  }
  const message = JSON.parse(request.jwe);
  const opener = message.recipients ? jose.generalDecrypt : jose.flattenedDecrypt;
  return encode((await opener(message, key, options)).plaintext);
}

async function sign(request) {
  const payload = decode(request.payload);
  const { alg, key } = request.signers[0];
  const header = { alg, kid: key.kid };
  if (request.form !== 'general') {
    const kind = request.form === 'compact' ? jose.CompactSign : jose.FlattenedSign;
    const signed = await new kind(payload)
      .setProtectedHeader(header)
      .sign(await jose.importJWK(key, alg));
    return request.form === 'compact' ? signed : JSON.stringify(signed);
  }
  const message = new jose.GeneralSign(payload);
  for (const signer of request.signers) {
    message
      .addSignature(await jose.importJWK(signer.key, signer.alg))
      .setProtectedHeader({ alg: signer.alg, kid: signer.key.kid });
  }
  return JSON.stringify(await message.sign());
}

async function verify(request) {
  const key = await jose.importJWK(request.key, request.alg);
  if (!request.jws.startsWith('{')) {
    return encode((await jose.compactVerify(request.jws, key)).payload);
  }
  const message = JSON.parse(request.jws);
  const verifier = message.signatures ? jose.generalVerify : jose.flattenedVerify;
  return encode((await verifier(message, key)).payload);
}

const operations = {
  version: async () => require(`${folder}/package.json`).version,
  encrypt,
  decrypt,
  sign,
  verify,
};

(async () => {
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    let answer;
    try {
      answer = { ok: await operations[request.op](request) };
    } catch (error) {
      const kind = error.code === 'ERR_JOSE_NOT_SUPPORTED' ? 'unsupported' : 'error';
      answer = { [kind]: `${error.name}: ${error.message}` };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
})();
