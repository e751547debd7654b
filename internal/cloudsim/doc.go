// Package cloudsim is Tencent Cloud on loopback: the two actions scf-sms calls,
// GetSecretValue of Secrets Manager (SSM, 2019-09-23) and SendSms of SMS
// (2021-01-11), and those an operator looks around with, DescribeSecret,
// DescribeSmsSignList, DescribeSmsTemplateList and
// PullSmsSendStatusByPhoneNumber; on one port, for tests and for trying things
// out by hand. It sends nothing to anyone: what a phone would have shown is in
// the outbox.
//
//	cloud := cloudsim.New(cloudsim.Config{Account: account})
//	server, err := cloudsim.Start(cloud, cloudsim.Options{})
//	…
//	cloud.Script("SendSms", cloudsim.Fault{Kind: cloudsim.ResetSent})
//	… let the program under test send …
//	cloud.Outbox() // the message went out, though nobody was told
//
// A caller may rely on this: one request is handled at a time between reading
// it and deciding its answer, so what [Cloud.Outbox] and [Cloud.Requests] show
// is never behind an answer that was seen; serial numbers and request ids count
// up from the same start after [New] and after [Cloud.Reset]; no wait outlives
// the client's connection or the [Server]; time, where it is not network time,
// is [Config.Now].
//
// # What is faithful, and by which source
//
//   - Signature TC3-HMAC-SHA256, its 300 seconds, the unsigned payload, the
//     token of temporary credentials: https://cloud.tencent.com/document/api/362/4208;
//     both worked examples there are unit tests. HTTP status 200 for errors too,
//     and the envelope: https://cloud.tencent.com/document/api/664/51412.
//   - The parameters of SendSms, how it reads a number without +, the seven
//     fields of a SendStatus and the rule that a business refusal is a
//     SendStatus with Fee 0 and no SerialNo under an outer success:
//     https://cloud.tencent.com/document/api/382/55981 and tencentcloud-sdk-go,
//     sms/v20210111.
//   - One message of the same content in 30 seconds and ten a calendar day to
//     one number, digits only (0 to 6) in verification templates, six characters
//     a variable elsewhere, 500 characters in all, marketing from 8 to 22 h:
//     the product's pages and the comments in sms/v20210111/errors.go.
//   - GetSecretValue, its versions, states and codes:
//     https://cloud.tencent.com/document/api/1140/40522 and ssm/v20190923.
//   - The lists of signatures and templates with their states, delivery reports
//     by number, and who may not ask for them: tencentcloud-sdk-go,
//     sms/v20210111 and ssm/v20190923, models.go, client.go and errors.go.
//   - Messages are Tencent's wherever an answer of the real service was found;
//     callers must not depend on them in any case.
//
// # What is assumed
//
// The sources do not say in which order the gateway checks (here: form of the
// Authorization header, secret id, token, timestamp, signature, action, version,
// region, permission, parameters, business), nor in which order a message is
// checked, nor which business codes come as an outer error (here: an empty or
// too long list of numbers, a too long SessionContext, and no others). Assumed
// as well: a day ends at midnight in Asia/Shanghai; the hour of the hourly limit
// is the last 60 minutes; a refused message counts for no limit; one package
// pays for every destination; a key without permissions may do nothing; any
// well-formed region has SSM; an unknown version of a secret is
// ResourceNotFound; SenderId and ExtendCode are ignored for mainland numbers;
// an unregistered SenderId is FailedOperation.ParametersOtherError; a signature
// of the wrong destination is reported as a mix of destinations; SessionContext
// comes back on refusals too; the IsoCode of a refusal is empty unless a limit
// refused it; a list leaves out ids that aren't there or are of the other kind;
// of sub-accounts only the list of templates is kept; reports are asked for by the
// time of sending. Numbers outside the mainland are checked for length only.
//
// # What is left out
//
// The older signatures, GET, resources in permissions, request rates (script a
// RequestLimitExceeded instead), delivery reports by callback, HTTP/2: connections
// are the subject of several faults, so [Start] offers HTTP/1.1 only.
package cloudsim
