/** Whether documents of this scheme are those people write in. */
export function isWrittenIn(scheme: string): boolean {
  return documentSchemes.has(scheme);
}

/** Documents people write code and text in; not the SCM input, output channels, or comments. */
const documentSchemes = new Set(['file', 'untitled', 'vscode-remote', 'vscode-vfs', 'vscode-notebook-cell', 'memfs']);

/** Files whose content must not go into a prompt, by their names. */
export function isSecret(path: string): boolean {
  const name = path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1).toLowerCase();
  return /^\.env(\.|$)|\.(pem|key|pfx|p12|jks|keystore|kdbx|asc|gpg)$|^(id_(rsa|dsa|ecdsa|ed25519)|\.netrc|\.npmrc|\.pgpass|credentials)$/u.test(
    name,
  );
}
