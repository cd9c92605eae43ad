// A stranger's check of one record: reads what `tests/register/test_interop.py` hands over, says ok or why not.
const { bundleFromJSON } = require("@sigstore/bundle");
const { crypto } = require("@sigstore/core");
const { Verifier, toSignedEntity, toTrustMaterial } = require("@sigstore/verify");
const { verifyTLogTimestamp } = require("@sigstore/verify/dist/timestamp");

const given = JSON.parse(require("fs").readFileSync(0, "utf-8"));
const bytes = (text) => Buffer.from(text, "base64");
try {
  const nobody = { certificateAuthorities: [], timestampAuthorities: [], tlogs: [], ctlogs: [] };
  const keys = { [given.keyid]: { rawBytes: bytes(given.spki) } };
  const bundle = bundleFromJSON(given.bundle);
  const verifier = new Verifier(toTrustMaterial(nobody, keys), { tlogThreshold: 0, ctlogThreshold: 0 });
  verifier.verify(toSignedEntity(bundle));
  const log = {
    logID: bytes(given.logId),
    publicKey: crypto.createPublicKey(bytes(given.logSpki)),
    validFor: { start: new Date(0), end: new Date(8640000000000000) },
  };
  verifyTLogTimestamp(
    {
      logId: { keyId: log.logID },
      integratedTime: "0",
      canonicalizedBody: bytes(given.envelope),
      inclusionProof: {
        logIndex: given.index,
        treeSize: given.size,
        rootHash: bytes(given.root),
        hashes: given.path.map(bytes),
        checkpoint: { envelope: given.checkpoint },
      },
    },
    [log],
  );
  console.log("ok");
} catch (error) {
  console.log(`${error.code}: ${error.message}`);
}
