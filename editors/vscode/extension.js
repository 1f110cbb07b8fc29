// Starts kgw lsp for YAML and JSON files; everything else is the server's.
const { workspace } = require('vscode');
const { LanguageClient } = require('vscode-languageclient/node');

let client;

exports.activate = () => {
  const settings = workspace.getConfiguration('kgw');
  client = new LanguageClient(
    'kgw',
    { command: settings.get('path'), args: ['lsp', ...settings.get('args')] },
    { documentSelector: [{ scheme: 'file', language: 'yaml' }, { scheme: 'file', language: 'json' }] },
  );
  return client.start();
};

exports.deactivate = () => client && client.stop();
