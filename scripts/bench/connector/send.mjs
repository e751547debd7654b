// Does with Logto's connector what the function does: load, send one message. Then as many more as the argument says, and
// at last a line of JSON: their wall time in ms, each, and their CPU time in ms, all together.
import createConnector from '@logto/connector-tencent-sms';

const config = JSON.parse(process.env.PEER_CONFIG);
const connector = await createConnector({ getConfig: async () => config });
const send = () => connector.sendMessage({ to: '8613800138000', type: 'SignIn', payload: { code: '482913' } });

await send();
const wall = [];
const before = process.cpuUsage();
for (let i = 0; i < Number(process.argv[2]); i++) {
  const began = performance.now();
  await send();
  wall.push(performance.now() - began);
}
const { user, system } = process.cpuUsage(before);
console.log(JSON.stringify({ wall, cpu: (user + system) / 1000 }));
process.stdin.resume(); // wait to be measured
