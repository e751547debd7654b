// Package cloudsim is Tencent Cloud on loopback, on one port, for tests and for trials by hand. It
// knows the two actions the function calls, GetSecretValue of Secrets Manager (SSM, 2019-09-23) and
// SendSms of SMS (2021-01-11); those with which an operator looks at an account: DescribeSecret,
// DescribeSmsSignList, DescribeSmsTemplateList and PullSmsSendStatusByPhoneNumber; and those that
// make what an account lacks: users, keys, policies and roles (CAM, 2019-01-16, and STS), secrets,
// functions, their URLs and timers (SCF, 2018-04-16), topics, indexes and alarms (CLS, 2020-10-16).
// It sends nothing to anyone: the outbox holds what a phone would have shown. It runs no function:
// whoever serves URLs asks [Cloud.Deployed]. It takes no log lines, and no alarm or timer goes off.
//
//	cloud := cloudsim.New(cloudsim.Config{Account: account})
//	server, err := cloudsim.Start(cloud, cloudsim.Options{})
//	…
//	cloud.Script("SendSms", cloudsim.Fault{Kind: cloudsim.ResetSent})
//	… let the program under test send …
//	cloud.Outbox() // the message went out, though the sender got no answer
//
// What a caller may rely on:
//   - The cloud decides one answer at a time. What [Cloud.Outbox] and [Cloud.Requests] show is
//     never behind an answer that the client has seen.
//   - Serial numbers and request ids count up from the same start after [New] and [Cloud.Reset].
//   - No wait outlives the client's connection or the [Server].
//   - Time is [Config.Now], except for delays on the network.
//
// # What is faithful, and by which source
//
//   - Signature TC3-HMAC-SHA256, its 300 seconds, the unsigned payload, the token of temporary
//     credentials: https://cloud.tencent.com/document/api/362/4208; both worked examples there are
//     unit tests. HTTP status 200 for errors too, and the envelope:
//     https://cloud.tencent.com/document/api/664/51412.
//   - The parameters of SendSms, how it reads a number without +, the seven fields of a SendStatus
//     and the rule that a business refusal is a SendStatus with Fee 0 and no SerialNo under an
//     outer success: https://cloud.tencent.com/document/api/382/55981 and tencentcloud-sdk-go,
//     sms/v20210111.
//   - One message of the same content in 30 seconds and ten a calendar day to one number, digits
//     only (0 to 6) in verification templates, six characters a variable elsewhere, 500 characters
//     in all: the product's pages and the comments in sms/v20210111/errors.go.
//   - GetSecretValue, its versions, states and codes:
//     https://cloud.tencent.com/document/api/1140/40522 and ssm/v20190923.
//   - The lists of signatures and templates with their states, delivery reports by number, and who
//     may not ask for them: tencentcloud-sdk-go, sms/v20210111 and ssm/v20190923, models.go,
//     client.go and errors.go.
//   - Delivery reports that are posted: https://cloud.tencent.com/document/product/382/5807. What
//     carriers say in them: [CarrierCodes].
//   - Parameters and answers have every field that Tencent's SDKs for Go, Node and Python know.
//     Tests call the cloud with those for Go and Node. No test runs that for Python; its source
//     was run by hand (TencentCloud/tencentcloud-sdk-python, commit bf29717).
//   - CAM, STS, SSM and SCF as far as they make things: parameters, answers and codes of
//     tencentcloud-sdk-go, cam/v20190116, sts/v20180813, ssm/v20190923 and scf/v20180416. Policies
//     come back in another spelling, a trigger under another name, and what was just made isn't
//     there yet for others ([Lags]), as Tencent's provider for Terraform has to expect
//     (tencentcloudstack/terraform-provider-tencentcloud, tencentcloud/services/cam and scf).
//   - CLS as far as a topic has an index and alarms: parameters, answers and codes of
//     tencentcloud-sdk-go, cls/v20201016. A timer's expression goes in as it is and comes back in
//     JSON (tencent-component-toolkit 2.27.6, lib/modules/triggers/timer.js).
//   - The six segments of a secret in a policy, with who created it:
//     https://www.tencentcloud.com/document/product/1078/38612.
//   - Messages of errors are Tencent's wherever an answer of the real service was found. Many
//     others are just the code. Callers must not depend on them.
//
// # What is assumed
//
// The sources don't say in which order the gateway checks. Here: form of the Authorization header,
// secret id, token, timestamp, signature, action, version, region, permission, parameters,
// business. Nor do they say in which order a message is checked, nor which business codes come as
// an outer error. Here: no number, too many or one twice, a too long SessionContext, and no
// others. Further assumptions:
//   - A day ends at midnight in Asia/Shanghai; the hourly limit looks at the last 60 minutes.
//   - A refused message counts for no limit.
//   - A key without permissions may do nothing. Any well-formed region has SSM.
//   - An unknown version of a secret is ResourceNotFound.
//   - EncryptionPublicKey and EncryptionAlgorithm of GetSecretValue change nothing: Tencent's SDKs
//     have them, and nothing says what the encrypted value looks like.
//   - A path other than /, and a query that isn't signed, are AuthFailure.SignatureFailure. One
//     number twice in a SendSms is InvalidParameter.InvalidParameters.
//   - SenderId and ExtendCode are ignored for mainland numbers; an unregistered SenderId is
//     FailedOperation.ParametersOtherError.
//   - A signature of the wrong destination is reported as a mix of destinations.
//   - SessionContext comes back on refusals too.
//   - A list leaves out ids that don't exist or are of the other kind. Of sub-accounts only the
//     list of templates is kept.
//   - Delivery reports are posted once, two seconds after the message, up to 500 in a call.
//   - BeginTime and EndTime of a request for reports mean the time of sending.
//   - Numbers outside the mainland are checked for length only.
//   - What a policy allows on a condition it allows nobody.
//   - Attaching a policy twice is no error. A key can be deleted only when it is disabled. A secret
//     that is about to be deleted still has its name. GetCallerIdentity and GetUserAppId need no
//     permission.
//   - Names in the lists of CLS match in parts. An index that is out of order is InvalidParameter,
//     one of a topic of SCF's is OperationDenied, and a new topic isn't there yet for indexes.
//
// # What is left out
//
// The older signatures, GET, resources in permissions but those of secrets, what conditions in
// policies say, deleting what setup makes but functions and keys, code from COS, the app's daily
// limit and the package's balance (script their codes instead), marketing templates and their
// hours, and HTTP/2: several faults concern connections, so [Start] offers HTTP/1.1 only. Rates of
// requests are limited only where [Account].Rates says so. IsoCode, CountryCode and
// SubscriberNumber are always empty.
package cloudsim
