'use strict';
// What every client's script here speaks, in lines of JSON. In: {id, do, …}. Out: {id, answer} or {id, error}; and, from members of a
// group whenever they meet it, {member, owns: [partition]} and {member, record}. Records: {partition, offset, key, value, headers, time},
// bytes in base64 or null, headers as [name, bytes], time in Unix milliseconds. The first line out is {version}: the client's own. Ends with its input.
const readline = require('readline');

const say = (line) => process.stdout.write(JSON.stringify(line) + '\n');
const toBytes = (base64) => (base64 === null ? null : Buffer.from(base64, 'base64'));
const toBase64 = (bytes) => (bytes === null || bytes === undefined ? null : bytes.toString('base64'));

// commands: {name: async (command) => answer}.
function serve(version, commands) {
  say({ version });
  readline.createInterface({ input: process.stdin })
    .on('line', async (line) => {
      const command = JSON.parse(line);
      try {
        say({ id: command.id, answer: (await commands[command.do](command)) ?? {} });
      } catch (error) {
        say({ id: command.id, error: error.stack });
      }
    })
    .on('close', () => process.exit(0));
}

module.exports = { say, toBytes, toBase64, serve };
