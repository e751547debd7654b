// Makes calls with Tencent's own SDK: node calls.js PORT < calls. The calls are a JSON list of
// {service, key, action, request}. What came of them is written as a JSON list: the SDK's result,
// or {refused, message}.
const fs = require('node:fs');
const https = require('node:https');
const { sms } = require('tencentcloud-sdk-nodejs-sms');
const { ssm } = require('tencentcloud-sdk-nodejs-ssm');

// The SDK takes the service it signs for from the endpoint's first label, so the endpoint has
// Tencent's name. Only the name's address is another: certificates are checked against the name.
const lookup = (name, options, done) =>
  options.all ? done(null, [{ address: '127.0.0.1', family: 4 }]) : done(null, '127.0.0.1', 4);
const agent = new https.Agent({ lookup });
const clients = { sms: sms.v20210111.Client, ssm: ssm.v20190923.Client };

async function call({ service, key, action, request }) {
  const client = new clients[service]({
    credential: key,
    region: 'ap-guangzhou',
    profile: {
      httpProfile: { endpoint: `${service}.tencentcloudapi.com:${process.argv[2]}`, agent },
    },
  });
  try {
    return await client[action](request);
  } catch (e) {
    return { refused: e.code, message: e.message };
  }
}

(async () => {
  const results = [];
  for (const one of JSON.parse(fs.readFileSync(0))) results.push(await call(one));
  console.log(JSON.stringify(results));
})();
