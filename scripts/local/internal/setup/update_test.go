package setup

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/cloudsim"
)

func rollback(t *testing.T) func(*setup) {
	return func(s *setup) { s.goBack = true }
}

func (s *site) url() string { return s.Account().Functions[0].Triggers[0].URL }

func (s *site) serving(t *testing.T) string {
	t.Helper()
	at, ok := s.Cloud.Deployed("scf-sms-prod", "$DEFAULT")
	require.True(t, ok)
	return content(at.Code)
}

// A new build is deployed, and the URL stays. There is a way back, and forward again.
func TestSetup_newBuild(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	url := s.url()
	o := s.run(t, "two")
	require.NoError(t, o.err, o.out)
	require.Equal(t, []string{"UpdateFunctionCode", "PublishVersion"}, o.writes)
	require.Contains(t, flat(o.out), "the function works, version two")
	require.Equal(t, "two", s.serving(t))
	s.complete(t)

	o = s.run(t, "two", rollback(t))
	require.NoError(t, o.err, o.out)
	require.Equal(t, []string{"UpdateAlias"}, o.writes)
	require.Contains(t, flat(o.out), "from $LATEST back to version 1 (build")
	require.Contains(t, flat(o.out), "the function works, version one")
	require.Equal(t, "one", s.serving(t))
	require.ErrorContains(t, s.run(t, "two", rollback(t)).err, "has no version before")

	// The same build again: callers stay where they are, and that is shown.
	o = s.run(t, "two")
	require.NoError(t, o.err)
	require.Empty(t, o.writes)
	require.Contains(t, flat(o.out), "↩ version callers of scf-sms-prod get version 1")
	// Somebody says to point them forward.
	o = s.run(t, "two", func(s *setup) { s.asks = true })
	require.NoError(t, o.err)
	require.Equal(t, []string{"UpdateAlias"}, o.writes)
	require.Equal(t, "two", s.serving(t))

	// A new build points them forward by itself.
	require.NoError(t, s.run(t, "two", rollback(t)).err)
	o = s.run(t, "three")
	require.NoError(t, o.err, o.out)
	require.Equal(t, "three", s.serving(t))
	require.Equal(t, url, s.url())
	require.Empty(t, s.run(t, "three").writes)
}

func TestSetup_newSettings(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.edit(t, "memorySize: 64", "memorySize: 128\n  cls: {logsetId: l-1, topicId: t-1}\n"+
		"  vpcConfig: {vpcId: vpc-1, subnetId: subnet-1}", "# LOG_LEVEL: info", "LOG_LEVEL: warn",
		"SIGN_NAME: ${env:SIGN_NAME}", "SIGN_NAME: 示例")
	o := s.run(t, "one")
	require.NoError(t, o.err, o.out)
	require.Equal(t, []string{"UpdateFunctionConfiguration", "PublishVersion"}, o.writes)
	require.Contains(t, flat(o.out), "~ function memorySize, from 64 to 128")
	require.Contains(t, flat(o.out), "~ function cls, from - to l-1 t-1")
	require.Contains(t, flat(o.out), "~ function vpcConfig, from - to vpc-1 subnet-1")
	require.Contains(t, flat(o.out), "~ function LOG_LEVEL, from - to warn")
	require.NotContains(t, o.out, "SIGN_NAME, from")
	require.Empty(t, s.run(t, "one").writes)

	s.edit(t, "LOG_LEVEL: warn", "# LOG_LEVEL: warn")
	o = s.run(t, "one")
	require.NoError(t, o.err)
	require.Contains(t, flat(o.out), "~ function LOG_LEVEL, from warn to -")
	require.Empty(t, s.run(t, "one").writes)
}

// A function that scf deployed, and a secret and a role that were made by hand, are taken over as
// they are. The URL is the one that callers know.
func TestSetup_adopts(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) {
		byHand(a)
		a.Functions[0].Versions[0].Code = pack(t, "by scf").Archive
	})
	scfURL(s)
	hand := s.Account().Secrets[0].Versions["SSM_Current"].String
	url := s.url()
	o := s.run(t, "one")
	require.NoError(t, o.err, o.out+o.errs)
	require.Equal(t, []string{"PublishVersion", "UpdateFunctionCode", "UpdateFunctionConfiguration",
		"PublishVersion"}, o.writes, "what was there is kept as a version")
	require.Contains(t, flat(o.out), "~ function PASSWORD, from … to -")
	require.NotContains(t, o.out, "of-somebody-else")
	require.Equal(t, url, s.url())
	require.Equal(t, hand, s.Account().Secrets[0].Versions["SSM_Current"].String)
	require.Empty(t, s.run(t, "one").writes)

	require.NoError(t, s.run(t, "one", rollback(t)).err)
	require.Equal(t, "by scf", s.serving(t))
}

// Another kind of URL is changed, if SCF lets it, and is never made anew.
func TestSetup_URL(t *testing.T) {
	t.Parallel()
	for _, fixed := range []bool{false, true} {
		s := newSite(t, nil)
		require.NoError(t, s.run(t, "one").err)
		url := s.url()
		s.Cloud.Update(func(a *cloudsim.Account) {
			a.FixedURLs = fixed
			a.Functions[0].Triggers[0].Desc["NetConfig"] = map[string]any{
				"EnableExtranet": true, "EnableIntranet": true}
		})
		o := s.run(t, "one")
		require.NoError(t, o.err)
		require.Equal(t, []string{"UpdateTrigger"}, o.writes)
		require.Contains(t, flat(o.out), "from authType NONE, extranet, intranet to authType NONE, "+
			"extranet; the address stays")
		require.Equal(t, fixed, strings.Contains(flat(o.out), "! URL SCF doesn't change it by API"))
		require.Equal(t, !fixed, strings.Contains(flat(o.out), "✓ URL from authType NONE"))
		require.Equal(t, url, s.url())
		require.Len(t, s.Account().Functions[0].Triggers, 1)
	}
}

// What serverless.yml doesn't say, and somebody set in the console, stays: who may call from a
// browser, and the address that the function calls from, which Tencent gives nobody back.
func TestSetup_keepsWhatTheConsoleSet(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	cors := map[string]any{"Enable": true, "Origins": []any{"https://example.com"}}
	s.Cloud.Update(func(a *cloudsim.Account) {
		f := &a.Functions[0]
		f.Triggers[0].Desc["CorsConfig"] = cors
		f.Triggers[0].Desc["AuthType"] = "CAM"
		f.Versions[0].Config.PublicNetConfig = json.RawMessage(`{"PublicNetStatus": "ENABLE",
			"EipConfig": {"EipStatus": "ENABLE", "EipAddress": ["203.0.113.7"]}}`)
		f.Versions[0].Config.L5Enable = "TRUE"
	})
	s.edit(t, "timeout: 10", "timeout: 12")
	o := s.run(t, "one")
	require.NoError(t, o.err)
	require.Equal(t, []string{"UpdateFunctionConfiguration", "PublishVersion", "UpdateTrigger"},
		o.writes)
	f := s.Account().Functions[0]
	require.Equal(t, "NONE", f.Triggers[0].Desc["AuthType"])
	require.Equal(t, cors, f.Triggers[0].Desc["CorsConfig"])
	require.NotContains(t, f.Triggers[0].Desc["NetConfig"], "ExtranetUrl", "SCF's to say")
	require.JSONEq(t, `{"PublicNetStatus": "ENABLE", "EipConfig": {"EipStatus": "ENABLE"}}`,
		string(f.Versions[0].Config.PublicNetConfig))
	require.Equal(t, "TRUE", f.Versions[0].Config.L5Enable)
	require.Empty(t, s.run(t, "one").writes)
}

// A function that may not run is shown as one.
func TestSetup_arrears(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.Cloud.Always(cloudsim.GetFunction, &cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {
		"Status": "Active", "AvailableStatus": "InsufficientBalance", "Runtime": "Go1",
		"Type": "Event", "RequestId": "r"}}`})
	o := s.run(t, "one", func(run *setup) { run.only = true })
	require.NoError(t, o.err)
	require.Contains(t, flat(o.out), "! function scf-sms-prod may not run: the account is in "+
		"arrears → top up the account at https://console.cloud.tencent.com/expense")
}

// A version that can't be kept is not shown as kept.
func TestSetup_versionsFull(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	full := refusedWith("LimitExceeded.FunctionVersions")
	s.Cloud.Always(cloudsim.PublishVersion, &full)
	o := s.run(t, "one")
	require.NoError(t, o.err)
	require.Contains(t, flat(o.out), "! version the function has as many versions as it may have")
	require.NotContains(t, o.out, "✓ version")
}

// The URL of another version is one that callers know, too.
func TestSetup_URLofLatest(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Functions[0].Triggers[0].Qualifier = "$LATEST"
	})
	o := s.run(t, "one")
	require.NoError(t, o.err)
	require.Empty(t, o.writes)
	require.Contains(t, flat(o.out), "is that of $LATEST, not of the qualifier in serverless.yml")
}

// With a second secret for the callers, the key is Secrets Manager's: setup makes the second one.
func TestSetup_callersSecret(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) {
		a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDmanaged", SecretKey: "managed-key",
			Allow: []string{"sms:SendSms"}})
	})
	s.edit(t, `# CALLERS_SECRET_NAME: ""`, "CALLERS_SECRET_NAME: callers")
	o := s.run(t, "one")
	require.Error(t, o.err)
	require.Contains(t, flat(o.out), "scf-sms must hold a key that SSM rotates")
	require.Empty(t, o.writes)

	s.Cloud.Update(func(a *cloudsim.Account) {
		a.Secrets = []cloudsim.Secret{{Name: "scf-sms", Versions: map[string]cloudsim.SecretValue{
			"SSM_Current": {String: `{"SecretId": "AKIDmanaged", "SecretKey": "managed-key"}`}}}}
	})
	o = s.run(t, "one")
	require.NoError(t, o.err, o.out+o.errs)
	require.NotContains(t, o.writes, "CreateAccessKey")
	require.Contains(t, o.writes, "CreateSecret")
	role, ok := s.Cloud.Assume("scf-sms")
	require.True(t, ok)
	a := s.Open(t)
	a.Settings.Secret.Callers = "callers"
	_, err := a.Secret(t.Context(), credential(role))
	require.NoError(t, err, "the role may read both")
	require.Empty(t, s.run(t, "one").writes)
}

// Another stage is another function beside the first; all else is shared.
func TestSetup_anotherStage(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	url := s.url()
	s.edit(t, "stage: prod", "stage: test")
	o := s.run(t, "one")
	require.NoError(t, o.err, o.out)
	require.Equal(t, []string{"CreateFunction", "CreateTrigger", "PublishVersion"}, o.writes)
	functions := s.Account().Functions
	require.Len(t, functions, 2)
	require.Equal(t, "scf-sms-test", functions[1].Name)
	require.Equal(t, url, s.url())
	require.NotEqual(t, url, functions[1].Triggers[0].URL)
}

// Temporary credentials, such as those of a role, do as well as a key.
func TestSetup_temporaryKey(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(a *cloudsim.Account) {
		a.Roles = []cloudsim.Role{{ID: "9", Name: "admin",
			Policies: []cloudsim.Attachment{{PolicyID: 1}}}}
		a.Keys = []cloudsim.Key{{SecretID: "AKIDoperator", SecretKey: "operator-key",
			Token: "operator-token", Role: "admin"}}
	})
	env, err := os.ReadFile(s.EnvFile)
	require.NoError(t, err)
	env = append(env, "TENCENT_TOKEN=operator-token\n"...)
	require.NoError(t, os.WriteFile(s.EnvFile, env, 0o600))
	o := s.run(t, "one")
	require.NoError(t, o.err, o.out+o.errs)
	require.NotContains(t, o.out, "root account")
	s.roleReads(t)
	require.Empty(t, s.run(t, "one").writes)
}

// The user's key for another secret is in use there, and is left alone.
func TestSetup_anotherSecretsKey(t *testing.T) {
	t.Parallel()
	for _, description := range []string{"scf-sms:ap-beijing/scf-sms:2026",
		"scf-sms:ap-guangzhou/scf-sms-test:2026", "scf-sms:", ""} {
		other := old
		other.Description = description
		s := newSite(t, sender(other))
		require.NoError(t, s.run(t, "one").err)
		keys := s.Account().Keys
		require.Equal(t, "AKIDleftover", keys[1].SecretID)
		require.False(t, keys[1].Disabled)
		require.Empty(t, s.run(t, "one").writes)
	}
}

// So is the key in another version of the secret.
func TestSetup_anotherVersionsKey(t *testing.T) {
	t.Parallel()
	keyless := func(a *cloudsim.Account) {
		a.Secrets[0].Versions["v2"] = cloudsim.SecretValue{
			String: `{"authorization": "Bearer abcdefghijklmnopqrst"}`}
	}
	s := newSite(t, both(sender(own), secretOf("", ourSecret), keyless))
	s.edit(t, "# SECRET_VERSION: SSM_Current", "SECRET_VERSION: v2")
	before := s.Account()
	first := s.run(t, "one")
	require.NoError(t, first.err, first.said())
	require.Equal(t, before.Keys, s.Account().Keys[:len(before.Keys)])
	require.Equal(t, before.Secrets[0].Versions["SSM_Current"],
		s.Account().Secrets[0].Versions["SSM_Current"])
	require.Empty(t, s.run(t, "one").writes)

	// What a run left that was interrupted is known by its version, too.
	s.Cloud.Update(keyless)
	third := s.run(t, "one")
	require.NoError(t, third.err, third.said())
	require.Contains(t, third.writes, "DeleteAccessKey")
	require.Equal(t, before.Keys, s.Account().Keys[:len(before.Keys)])
}

// A change of something else doesn't give callers a version that they were taken away from on
// purpose.
func TestSetup_staysBack(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	require.NoError(t, s.run(t, "two").err)
	require.NoError(t, s.run(t, "two", rollback(t)).err)
	s.Cloud.Update(func(a *cloudsim.Account) { a.Roles[0].Trust = cvmTrust })
	o := s.run(t, "two")
	require.NoError(t, o.err, o.said())
	require.Equal(t, []string{"UpdateAssumeRolePolicy"}, o.writes)
	require.Equal(t, "one", s.serving(t))
}

// An alias may divide callers among versions. setup shows that and leaves it, and -rollback ends it.
func TestSetup_dividedCallers(t *testing.T) {
	t.Parallel()
	s := newSite(t, nil)
	require.NoError(t, s.run(t, "one").err)
	require.NoError(t, s.run(t, "two").err)
	s.Cloud.Always(cloudsim.GetAlias, &cloudsim.Fault{Kind: cloudsim.Body, Body: `{"Response": {
		"Name": "$DEFAULT", "FunctionVersion": "$LATEST", "RoutingConfig": {
		"AdditionalVersionWeights": [{"Version": "1", "Weight": 0.1}],
		"AddtionVersionMatchs": []}, "RequestId": "r"}}`})
	o := s.run(t, "two")
	require.NoError(t, o.err)
	require.Empty(t, o.writes)
	require.Contains(t, flat(o.out), "! version some callers of scf-sms-prod get version 1 →")
	o = s.run(t, "two", rollback(t))
	require.NoError(t, o.err)
	require.Contains(t, flat(o.out), "from $LATEST, 1 back to version 1")
}

// What is wrong with either of two secrets keeps setup from everything.
func TestSetup_callersSecret_refuses(t *testing.T) {
	t.Parallel()
	managed := cloudsim.Secret{Name: "scf-sms", Versions: map[string]cloudsim.SecretValue{
		"SSM_Current": {String: `{"SecretId": "AKIDmanaged", "SecretKey": "managed-key"}`}}}
	callers := func(state, value string) cloudsim.Secret {
		return cloudsim.Secret{Name: "callers", State: state,
			Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: value}}}
	}
	for _, tt := range []struct {
		name    string
		secrets []cloudsim.Secret
		refused bool // SMS refuses the key
		says    string
	}{
		{"the key isn't accepted", []cloudsim.Secret{managed}, true, "scf-sms must hold a key"},
		{"the callers' is about to be deleted", []cloudsim.Secret{managed,
			callers(cloudsim.StatePendingDelete, "{}")}, false, "PendingDelete"},
		{"the callers' is somebody else's", []cloudsim.Secret{managed,
			callers("", `{"password": "of-a-database-of-theirs"}`)}, false, "SECRET_NAME"},
		{"the key's is somebody else's", []cloudsim.Secret{{Name: "scf-sms",
			Versions: map[string]cloudsim.SecretValue{"SSM_Current": {String: `{"a": 1}`}}}},
			false, "SECRET_NAME"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, func(a *cloudsim.Account) {
				a.Secrets = tt.secrets
				if !tt.refused {
					a.Keys = append(a.Keys, cloudsim.Key{SecretID: "AKIDmanaged",
						SecretKey: "managed-key", Allow: []string{"sms:SendSms"}})
				}
			})
			s.edit(t, `# CALLERS_SECRET_NAME: ""`, "CALLERS_SECRET_NAME: callers")
			o := s.run(t, "one")
			require.Error(t, o.err)
			require.Contains(t, o.said(), tt.says)
			require.NotContains(t, o.said(), "a new one takes its place")
			require.Empty(t, o.writes)
		})
	}
}
