package setup

import (
	"slices"
	"strings"
	"testing"
	"time"

	"scf-sms/internal/cloudsim"
)

// What is in accounts that aren't empty.
const (
	senderUin = 100000000060
	maySend   = `{"version":"2.0","statement":[{"effect":"allow","action":"sms:SendSms",` +
		`"resource":"*"}]}`
	mayAll      = `{"version":"2.0","statement":[{"effect":"allow","action":"*","resource":"*"}]}`
	mayReadFrom = `{"version":"2.0","statement":[{"effect":"allow",` +
		`"action":"ssm:GetSecretValue","resource":"qcs::ssm:ap-guangzhou:uin/100000000001:` +
		`secret/creatorUin/100000000001/scf-sms","condition":{"ip_equal":{"qcs:ip":["10.0.0.0/8"]}}}]}`
	cvmTrust = `{"version":"2.0","statement":[{"effect":"allow","action":"sts:AssumeRole",` +
		`"principal":{"service":"cvm.qcloud.com"}}]}`
	scfTrust = `{"version":"2.0","statement":[{"effect":"allow","action":"name/sts:AssumeRole",` +
		`"principal":{"service":"scf.qcloud.com"}}]}`
	ourSecret = `{"accessKeyId": "AKIDsenders-own", "accessKeySecret": "senders-own-key",` +
		` "authorization": "Bearer abcdefghijklmnopqrst", "hashKey": "the-hash-key-of-limits"}`
)

func secretOf(state, value string) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		a.Secrets = []cloudsim.Secret{{Name: "scf-sms", State: state,
			Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: value}}}}
	}
}

// sender is setup's own user, with keys.
func sender(keys ...cloudsim.Key) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: senderUin, Remark: "scf-sms:"}}
		for _, k := range keys {
			k.Uin = senderUin
			a.Keys = append(a.Keys, k)
		}
	}
}

// own is the key in ourSecret; old is one of another run's.
var (
	own = cloudsim.Key{SecretID: "AKIDsenders-own", SecretKey: "senders-own-key",
		Description: "scf-sms:ap-guangzhou/scf-sms:2026"}
	old = cloudsim.Key{SecretID: "AKIDleftover", SecretKey: "leftover-key",
		Description: "scf-sms:ap-guangzhou/scf-sms:2026"}
)

func both(all ...func(*cloudsim.Account)) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		for _, change := range all {
			change(a)
		}
	}
}

func policy(name, description, document string) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		a.Policies = append(a.Policies, cloudsim.Policy{ID: uint64(60 + len(a.Policies)),
			Name: name, Description: description, Document: document})
	}
}

func role(name, description, trust string) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		a.Roles = append(a.Roles, cloudsim.Role{ID: "1" + name, Name: name,
			Description: description, Trust: trust})
	}
}

// functionOf is one that somebody made.
func functionOf(config cloudsim.FunctionConfig, failed string) func(*cloudsim.Account) {
	return func(a *cloudsim.Account) {
		a.Functions = []cloudsim.Function{{Name: "scf-sms-prod", Failed: failed,
			Versions: []cloudsim.Snapshot{{Version: "$LATEST", Config: config}}}}
	}
}

// halfMade has something of everything, and nothing of it as it should be.
func halfMade(a *cloudsim.Account) {
	both(sender(old), policy("scf-sms-sender", "scf-sms: ours", mayAll),
		policy("scf-sms", "scf-sms: ours", maySend), role("scf-sms", "scf-sms: ours", cvmTrust),
		role("SCF_QcsRole", "", scfTrust), secretOf("", `{"hashKey": "the-hash-key-of-limits"}`),
		functionOf(cloudsim.FunctionConfig{Runtime: "Go1"}, "no code"))(a)
}

// scfURL is the URL that scf deployed, which callers know.
func scfURL(s *site) {
	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Functions[0].Triggers = []cloudsim.Trigger{{ID: "known", Qualifier: "$DEFAULT",
			URL: s.standURL + "/scf-sms-prod", Desc: map[string]any{"AuthType": "NONE",
				"NetConfig": map[string]any{"EnableExtranet": true, "EnableIntranet": false}}}}
	})
}

// byHand is a deployment with scf, and with the console for the rest.
func byHand(a *cloudsim.Account) {
	const hand = `{"accessKeyId": "AKIDbyhand", "accessKeySecret": "by-hand-key",` +
		` "authorization": "Bearer the-token-by-hand", "hashKey": "the-hash-key-of-limits"}`
	a.Users = []cloudsim.User{{Name: "hand", Uin: senderUin}}
	a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDbyhand", SecretKey: "by-hand-key",
		Uin: senderUin, Allow: []string{"sms:SendSms"}})
	secretOf("", hand)(a)
	policy("read", "", `{"version":"2.0","statement":[{"effect":"allow","action":`+
		`"ssm:GetSecretValue","resource":"qcs::ssm:ap-guangzhou:uin/100000000001:`+
		`secret/creatorUin/100000000001/*"}]}`)(a)
	role("scf-sms", "", scfTrust)(a)
	a.Roles[0].Policies = []cloudsim.Attachment{{PolicyID: a.Policies[0].ID}}
	role("SCF_QcsRole", "", scfTrust)(a)
	a.Roles[1].Policies = []cloudsim.Attachment{{PolicyID: 28341895}}
	functionOf(cloudsim.FunctionConfig{Runtime: "Go1", Type: "Event", Handler: "main",
		Role: "scf-sms", MemorySize: 64, Timeout: 10, InitTimeout: 10,
		Variables: []cloudsim.Variable{{Key: "PASSWORD", Value: "of-somebody-else"}}}, "")(a)
}

// account is a state that an account is in. mend takes what is in the way away; nil: nothing is.
func account(name string, has, mend func(*cloudsim.Account), says string) state {
	s := state{name: name, start: journey{before: has, build: "one"}, says: says}
	if mend != nil {
		s.take = func(site *site) { site.Cloud.Update(mend) }
	}
	return s
}

// answered is a state in which an action is answered so.
func answered(name, action string, fault cloudsim.Fault, says string) state {
	return state{name: name, start: journey{build: "one"}, says: says,
		put:  func(_ *testing.T, s *site) { s.Cloud.Always(action, &fault) },
		take: func(s *site) { s.Cloud.Always(action, nil) }}
}

func refusedWith(code string) cloudsim.Fault {
	return cloudsim.Fault{Kind: cloudsim.Refuse, Code: code}
}

// deployed is a state of an account that setup has set up before.
func deployedState(name, says string, put, take func(*site)) state {
	return state{name: name, says: says, take: take,
		start: journey{build: "one", then: func(t *testing.T, s *site) {
			if o := s.run(t, "one"); o.err != nil {
				t.Fatal(o.said())
			}
		}},
		put: func(_ *testing.T, s *site) { put(s) }}
}

// reported is a function in a state, as GetFunction reports it.
func reported(status string) cloudsim.Fault {
	return cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {"Status": "` + status +
		`", "Runtime": "Go1", "Type": "Event", "StatusReasons": [{"ErrorCode": "E", ` +
		`"ErrorMessage": "why it is so"}], "RequestId": "r"}}`}
}

func accountStates() []state {
	nobody := func(a *cloudsim.Account) { a.Users = nil }
	noPolicy := func(a *cloudsim.Account) { a.Policies = nil }
	noRole := func(a *cloudsim.Account) { a.Roles = nil }
	noSecret := func(a *cloudsim.Account) { a.Secrets = nil }
	noFunction := func(a *cloudsim.Account) { a.Functions = nil }
	enabled := func(a *cloudsim.Account) { a.Secrets[0].State = "" }
	all := []state{
		account("an empty account", nil, nil, ""),
		account("Secrets Manager is not opened", func(a *cloudsim.Account) {
			a.Closed = []string{"ssm"}
		}, func(a *cloudsim.Account) { a.Closed = nil }, "console.cloud.tencent.com/ssm"),
		answered("Secrets Manager is stopped for want of money", cloudsim.GetServiceStatus,
			cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {"ServiceEnabled": false, ` +
				`"InvalidType": 2, "RequestId": "r"}}`}, "console.cloud.tencent.com/expense"),
		account("SCF is not opened", func(a *cloudsim.Account) { a.Closed = []string{"scf"} },
			func(a *cloudsim.Account) { a.Closed = nil }, "console.cloud.tencent.com/scf"),

		// Who asks.
		account("nobody knows the key", func(a *cloudsim.Account) { a.Keys = nil },
			func(a *cloudsim.Account) {
				a.Keys = []cloudsim.Key{{SecretID: "AKIDoperator", SecretKey: "operator-key",
					Allow: []string{"*"}}}
			}, "console.cloud.tencent.com/cam/capi"),
		account("the key's secret half is another", func(a *cloudsim.Account) {
			a.Keys[0].SecretKey = "another-key"
		}, func(a *cloudsim.Account) { a.Keys[0].SecretKey = "operator-key" },
			"console.cloud.tencent.com/cam/capi"),
		account("the key is disabled", func(a *cloudsim.Account) { a.Keys[0].Disabled = true },
			func(a *cloudsim.Account) { a.Keys[0].Disabled = false },
			"console.cloud.tencent.com/cam/capi"),
		account("the key is a user's who may do everything", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "admin", Uin: 100000000040,
				Policies: []cloudsim.Attachment{{PolicyID: 1}}}}
			a.Keys[0].Uin, a.Keys[0].Allow = 100000000040, nil
		}, nil, ""),
		account("the key is a user's who may do nothing", func(a *cloudsim.Account) {
			a.Keys[0].Allow = nil
		}, func(a *cloudsim.Account) { a.Keys[0].Allow = []string{"*"} }, "docs/deploy.md"),
		answered("STS tells nobody", cloudsim.GetCallerIdentity,
			refusedWith("UnauthorizedOperation"), "sts:GetCallerIdentity"),
		{name: "this machine's clock is an hour late", start: journey{build: "one"},
			put:  func(_ *testing.T, s *site) { s.SetSkew(time.Hour) },
			take: func(s *site) { s.SetSkew(0) }, says: "clock"},
		{name: "this machine's clock is an hour ahead", start: journey{build: "one"},
			put:  func(_ *testing.T, s *site) { s.SetSkew(-time.Hour) },
			take: func(s *site) { s.SetSkew(0) }, says: "clock"},
		answered("the region has no Secrets Manager", cloudsim.GetServiceStatus,
			refusedWith("UnsupportedRegion"), "SECRET_REGION"),
		answered("the region has no SCF", cloudsim.GetFunction,
			refusedWith("UnsupportedRegion"), "region"),
		answered("SCF can't be opened, for want of money", cloudsim.CreateFunction,
			refusedWith("FailedOperation.InsufficientBalance"), "console.cloud.tencent.com/expense"),
		answered("the organization forbids users", cloudsim.AddUser,
			refusedWith("FailedOperation.ForbidAdd"), "cam:AddUser"),
		answered("there are as many users as there may be", cloudsim.AddUser,
			refusedWith("InvalidParameter.SubUserFull"), "cam:AddUser"),
		answered("users are made too often", cloudsim.AddUser,
			refusedWith("RequestLimitExceeded.CreateUser"), "cam:AddUser"),

		// Names that are taken.
		account("a user of the name is somebody else's", func(a *cloudsim.Account) {
			a.Users = []cloudsim.User{{Name: "scf-sms-sender", Uin: senderUin}}
		}, nobody, "scf-sms-sender"),
		account("the user has another policy, too", both(sender(), func(a *cloudsim.Account) {
			a.Users[0].Policies = []cloudsim.Attachment{{PolicyID: 28341895}}
		}), nil, ""),
		account("a policy of the sender's name allows more", both(sender(),
			policy("scf-sms-sender", "", mayAll)), noPolicy, "scf-sms-sender"),
		account("a policy of the sender's name allows more, and there is no sender",
			policy("scf-sms-sender", "", mayAll), noPolicy, "✗"),
		account("setup's own policy for sending was changed", both(sender(),
			policy("scf-sms-sender", "scf-sms: ours", mayAll)), nil, ""),
		account("setup's own policy for sending was changed, and there is no sender",
			policy("scf-sms-sender", "scf-sms: ours", mayAll), nil, ""),
		account("a policy of the sender's name is as it should be",
			policy("scf-sms-sender", "", maySend), nil, ""),
		account("a policy of the role's name is another", policy("scf-sms", "", maySend),
			noPolicy, "scf-sms"),
		account("setup's own policy for reading was changed",
			policy("scf-sms", "scf-sms: ours", mayAll), nil, ""),
		account("the role's policy holds for some addresses alone", both(
			sender(own), secretOf("", ourSecret), role("scf-sms", "", scfTrust),
			policy("read", "", mayReadFrom), func(a *cloudsim.Account) {
				a.Roles[0].Policies = []cloudsim.Attachment{{PolicyID: a.Policies[0].ID}}
			}), nil, ""),
		account("a policy of the role's name holds for some addresses alone",
			policy("scf-sms", "", mayReadFrom), noPolicy, "scf-sms"),
		account("a role of the name is another service's", role("scf-sms", "", cvmTrust), noRole,
			"serverless.yml"),
		account("setup's own role is another service's now",
			role("scf-sms", "scf-sms: ours", cvmTrust), nil, ""),
		account("a role has no policy", role("scf-sms", "", strings.Replace(scfTrust,
			`"scf.qcloud.com"`, `["scf.qcloud.com","cvm.qcloud.com"]`, 1)), nil, ""),
		account("SCF's own role has no policy", role("SCF_QcsRole", "", scfTrust), nil, ""),

		// The secret.
		account("the secret is disabled", secretOf(cloudsim.StateDisabled, "{}"), enabled,
			"Disabled"),
		account("the secret is about to be deleted", secretOf(cloudsim.StatePendingDelete, "{}"),
			enabled, "PendingDelete"),
		account("the secret is being made", secretOf("Creating", "{}"), enabled, "Creating"),
		account("the secret is no JSON", secretOf("", "plain"), noSecret, "SECRET_NAME"),
		account("the secret is a list", secretOf("", "[1]"), noSecret, "SECRET_NAME"),
		account("the secret is somebody else's", secretOf("",
			`{"host": "10.0.0.1", "password": "of-a-database-of-theirs"}`), noSecret, "SECRET_NAME"),
		account("the secret has no such version", func(a *cloudsim.Account) {
			secretOf("", "{}")(a)
			a.Secrets[0].Versions = map[string]cloudsim.SecretValue{"v1": {String: "{}"}}
		}, noSecret, "SECRET_VERSION"),
		account("the secret is empty", secretOf("", "{}"), nil, ""),
		account("the secret has neither a key nor a token",
			secretOf("", `{"hashKey": "the-hash-key-of-limits"}`), nil, ""),
		account("the secret has no key", secretOf("", `{"authorization": `+
			`"Bearer abcdefghijklmnopqrst", "hashKey": "the-hash-key-of-limits"}`), nil, ""),
		account("the secret has no token", both(sender(own), secretOf("",
			strings.Replace(ourSecret, "authorization", "other", 1))), nil, ""),
		account("the secret's key is gone", secretOf("", strings.ReplaceAll(ourSecret,
			"senders-own", "gone-for-good")), nil, ""),
		account("the secret's key was disabled", func(a *cloudsim.Account) {
			disabled := own
			disabled.Disabled = true
			both(sender(disabled), secretOf("", ourSecret))(a)
		}, func(a *cloudsim.Account) { a.Keys[1].Disabled = false }, "rotate key"),
		account("the secret's key lost its policy", both(sender(own), secretOf("", ourSecret)),
			nil, ""),
		account("the secret's key has another secret half", both(sender(own), secretOf("",
			strings.Replace(ourSecret, "senders-own-key", "of-another-key", 1))),
			func(a *cloudsim.Account) { secretOf("", ourSecret)(a) }, "rotate key"),

		// Keys.
		account("an interrupted run left a key", sender(old), nil, ""),
		account("an interrupted run left two keys", func(a *cloudsim.Account) {
			second := old
			second.SecretID = "AKIDleftover-2"
			sender(old, second)(a)
		}, nil, ""),
		account("somebody else's two keys are the user's", sender(
			cloudsim.Key{SecretID: "AKIDstranger-1", SecretKey: "strangers-key-1"},
			cloudsim.Key{SecretID: "AKIDstranger-2", SecretKey: "strangers-key-2"}),
			func(a *cloudsim.Account) { a.Keys = a.Keys[:1] }, "CAM's console"),
		answered("there are more keys than the list tells", cloudsim.CreateAccessKey,
			refusedWith("OperationDenied.AccessKeyOverLimit"), "cam:CreateAccessKey"),
		account("KMS is in arrears", func(a *cloudsim.Account) { a.KMSRefuses = true },
			func(a *cloudsim.Account) { a.KMSRefuses = false }, "ssm:CreateSecret"),

		// The function.
		account("the function is one in Python",
			functionOf(cloudsim.FunctionConfig{Runtime: "Python3.6"}, ""), noFunction, "Python3.6"),
		account("the function in Python couldn't be created",
			functionOf(cloudsim.FunctionConfig{Runtime: "Python3.6"}, "bad"), noFunction, "Python3.6"),
		account("the function serves the web",
			functionOf(cloudsim.FunctionConfig{Runtime: "Go1", Type: "HTTP"}, ""), noFunction,
			"serverless.yml"),
		account("the function couldn't be created",
			functionOf(cloudsim.FunctionConfig{Runtime: "Go1"}, "no code"), nil, ""),
		account("SCF can't create the function", func(a *cloudsim.Account) { a.CreateFails = true },
			func(a *cloudsim.Account) { a.CreateFails = false }, "CreateFailed"),
		account("everything takes its time", func(a *cloudsim.Account) {
			const d = 12 * time.Second
			a.Lags = cloudsim.Lags{User: d, Policy: d, Role: d, Attachment: d, Key: d, Function: d,
				URL: d}
		}, nil, ""),
		account("everything takes too long", func(a *cloudsim.Account) {
			a.Lags = cloudsim.Lags{Key: time.Hour}
		}, func(a *cloudsim.Account) { a.Lags = cloudsim.Lags{} }, "run setup again"),
		account("the URL takes too long", func(a *cloudsim.Account) {
			a.Lags = cloudsim.Lags{URL: 10 * time.Minute}
		}, func(a *cloudsim.Account) { a.Lags = cloudsim.Lags{} }, "URL"),
		answered("no version can be kept", cloudsim.PublishVersion,
			refusedWith("LimitExceeded.FunctionVersions"), ""),
		answered("there are as many URLs as there may be", cloudsim.CreateTrigger,
			refusedWith("LimitExceeded.Trigger"), "scf:CreateTrigger"),
		answered("there are as many functions as there may be", cloudsim.CreateFunction,
			refusedWith("LimitExceeded.Function"), "scf:CreateFunction"),
	}
	for _, status := range []string{"Creating", "Updating", "Publishing", "Deleting"} {
		all = append(all, deployedState("the function is "+status+" without end", status,
			func(s *site) {
				f := reported(status)
				s.Cloud.Always(cloudsim.GetFunction, &f)
			}, func(s *site) { s.Cloud.Always(cloudsim.GetFunction, nil) }))
		all = append(all, deployedState("the function is "+status+" for a while", "",
			func(s *site) {
				f := reported(status)
				s.Cloud.Script(cloudsim.GetFunction, f, f, f)
			}, nil))
	}
	for _, status := range []string{"UpdateFailed", "PublishFailed", "DeleteFailed"} {
		all = append(all, deployedState("the function is "+status, status, func(s *site) {
			f := reported(status)
			s.Cloud.Always(cloudsim.GetFunction, &f)
		}, func(s *site) { s.Cloud.Always(cloudsim.GetFunction, nil) }))
	}
	return slices.Concat(all, []state{
		deployedState("callers get an older version", "", func(s *site) {
			s.Cloud.Update(func(a *cloudsim.Account) { a.Functions[0].Default = "1" })
		}, nil),
		deployedState("the function has a trigger of another kind, too", "", func(s *site) {
			s.Cloud.Script(cloudsim.ListTriggers, cloudsim.Fault{Kind: cloudsim.Body,
				Body: `{"Response": {"TotalCount": 1, "Triggers": [{"Type": "ckafka", ` +
					`"TriggerName": "t", "Qualifier": "$DEFAULT", "Enable": 1, ` +
					`"TriggerDesc": "{}"}], "RequestId": "r"}}`})
		}, nil),
		deployedState("the URL was switched off", "", func(s *site) {
			s.Cloud.Update(func(a *cloudsim.Account) { a.Functions[0].Triggers[0].Disabled = true })
		}, nil),
		deployedState("the URL is that of $LATEST", "", func(s *site) {
			s.Cloud.Update(func(a *cloudsim.Account) { a.Functions[0].Triggers[0].Qualifier = "$LATEST" })
		}, nil),
		deployedState("the build before answers for a while", "", func(s *site) {
			s.stale.Store(5)
		}, nil),
		deployedState("the build before answers without end", "the build before", func(s *site) {
			s.stale.Store(1000)
		}, func(s *site) { s.stale.Store(0) }),
	})
}
