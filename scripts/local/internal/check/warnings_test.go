package check

import (
	"testing"

	"scf-sms/internal/cloudsim"
	"scf-sms/internal/settings"
	"scf-sms/internal/template"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/operatortest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// setSecret makes the secret one with the sender's key and what callers prove themselves with.
func setSecret(a *operator.Account, proofs string) {
	value := `{"accessKeyId": "AKIDexampleSender", "accessKeySecret": "example-sender-key", `
	a.Sim.Cloud.Update(func(c *cloudsim.Account) {
		c.Secrets[0].Versions["SSM_Current"] = cloudsim.SecretValue{String: value + proofs + `}`}
	})
}

func TestWhatWorksAndMayNotBeWanted(t *testing.T) {
	t.Parallel()
	signs := func(sign string) func(*operator.Account) {
		return func(a *operator.Account) {
			a.Sim.Cloud.Always(cloudsim.DescribeSmsSignList, &cloudsim.Fault{Kind: cloudsim.Body,
				Body: `{"Response": {"DescribeSignListStatusSet": [` + sign + `]}}`})
			a.Settings.SMS.SignNameOverseas = ""
		}
	}
	for name, tt := range map[string]struct {
		change func(*operator.Account)
		check  string
		status status
		detail string
	}{
		"a qualification to be completed": {signs(`{"SignName": "示例", "StatusCode": 0,
			"QualificationStatusCode": 3}`), "signature 示例", warned,
			"for mainland numbers: works, but its qualification has to be completed"},
		"a first filing": {signs(`{"SignName": "示例", "StatusCode": -1,
			"QualificationStatusCode": 1}`), "signature 示例", failed,
			"for mainland numbers: was not approved; it may also be that its first filing with " +
				"the carriers isn't complete"},
		"what a terminal would obey": {signs(`{"SignName": "示例", "StatusCode": -1,
			"ReviewReply": "a\u001b[2Jb\u009bc\u202ed"}`), "signature 示例", failed,
			"for mainland numbers: was not approved (a [2Jb c d); it may also be that its first " +
				"filing with the carriers isn't complete"},
		"little left": {func(a *operator.Account) {
			a.Sim.Cloud.Update(func(c *cloudsim.Account) {
				c.Packages = []cloudsim.Package{{Amount: 100, Used: 91}}
			})
		}, "package", warned, "9 of 100 SMS left"},
		"no package": {func(a *operator.Account) {
			a.Sim.Cloud.Update(func(c *cloudsim.Account) { c.Packages = nil })
		}, "package", warned, "there is none: without one, only an account that pays afterwards sends"},
		"a ZITADEL key that another program made": {func(a *operator.Account) {
			setSecret(a, `"zitadel": ["ExampleZitadelSigningKey000000000001", "c2hvcnQ="]`)
		}, "zitadel", warned, "2 keys: the old one can go as soon as ZITADEL signs with the new " +
			"one; one isn't 36 letters and digits, as ZITADEL's are"},
		"Supabase's secret is being rotated": {func(a *operator.Account) {
			const secret = "v1,whsec_ZXhhbXBsZSBTdXBhYmFzZSBob29rIHNlY3JldCAwMD"
			setSecret(a, `"supabase": "`+secret+`E=|`+secret+`I="`)
		}, "supabase", passed, "2 secrets: the old one can go as soon as Supabase signs with the " +
			"new one"},
		"a sender id for nothing": {func(a *operator.Account) {
			a.Settings.SMS.SenderID, a.Settings.Templates = "ACME", a.Settings.Templates[:1]
		}, "sender id", warned, "ACME is never used: there is no template for numbers elsewhere"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := operatortest.Simulated(t, "")
			tt.change(a)
			r := find(all(t.Context(), a), tt.check)
			assert.Equal(t, tt.status, r.Status)
			assert.Equal(t, tt.detail, r.Detail)
		})
	}
}

func TestOneRowForOneCause(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, "")
	a.Settings.SMS.Region, a.Settings.Secret.Region = "ap-singapore", "nowhere"
	rows := all(t.Context(), a)
	assert.Equal(t, 2, tally(rows)[failed])
	assert.Equal(t, 1, tally(rows)[unknown], "your key")
}

func TestUsageTypesThatLackATemplate(t *testing.T) {
	t.Parallel()
	const rest = `{"usageType": "ForgotPassword", "templateCode": "3"}, {"usageType": "Generic", "templateCode": `
	for name, tt := range map[string]struct {
		signIn, register, generic, allowed string
		want                               []string
	}{
		"none": {`"1"`, `"2"`, `"4"`, "", nil},
		"a destination": {`{"china": "1", "overseas": "5"}`, `"2"`, `{"china": "4", "overseas": "6"}`, "",
			[]string{"Register has no template for overseas", "ForgotPassword has no template for overseas"}},
		"a language": {`"1"}, {"usageType": "SignIn", "locale": "en", "templateCode": "5"`,
			`"2"}, {"usageType": "Register", "locale": "EN", "templateCode": "6"`, `"4"`, "",
			[]string{"ForgotPassword has no template for china (en)", "Generic has no template for china (en)"}},
		"a language in two spellings": {
			`"1"}, {"usageType": "SignIn", "locale": "en", "templateCode": "5"},
			{"usageType": "SignIn", "locale": "EN", "templateCode": "6"`,
			`"2"}, {"usageType": "Register", "locale": "en", "templateCode": "7"`, `"4"`, "",
			[]string{"ForgotPassword has no template for china (en)", "Generic has no template for china (en)"}},
		"a usage type that is misspelt lacks nothing else": {
			`{"china": "1", "overseas": "5"}`, `{"china": "2", "overseas": "6"}`,
			`{"china": "4", "overseas": "7"}}, {"usageType": "BindMFA", "templateCode": "8"`, "",
			[]string{"ForgotPassword has no template for overseas"}},
		"Generic where abroad is allowed": {`"1"`, `"2"`, `"4"`, "86,852",
			[]string{"Generic has no template for overseas"}},
		"Generic where only the mainland is": {`"1"`, `{"china": "2", "overseas": "5"}`, `"4"`, "86", nil},
		"Generic where others go abroad": {`"1"`, `{"china": "2", "overseas": "5"}`, `"4"`, "",
			[]string{"Generic has no template for overseas"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			templates, err := template.Parse(`[{"usageType": "SignIn", "templateCode": ` + tt.signIn +
				`}, {"usageType": "Register", "templateCode": ` + tt.register + `}, ` + rest +
				tt.generic + `}]`)
			require.NoError(t, err)
			s := settings.Read(func(name string) string {
				return map[string]string{"ALLOWED_CALLING_CODES": tt.allowed}[name]
			})
			s.Templates = templates
			var warnings []string
			for _, r := range usageTypeRows(&operator.Account{Settings: s}) {
				if r.Status == warned {
					warnings = append(warnings, r.Detail)
				}
			}
			assert.Equal(t, tt.want, warnings)
		})
	}
}

func TestVariablesThatAreNearlyOurs(t *testing.T) {
	t.Parallel()
	a := operatortest.Simulated(t, operatortest.Write(t, ".env",
		operatortest.CompleteEnv+"SDK_APPID=1\nSTAGE=prod\nbare_numbers=china\n"))
	assert.Equal(t, "is no setting: did you mean SDK_APP_ID?", find(settingsRows(a), "SDK_APPID").Detail)
	assert.Equal(t, "is no setting: did you mean BARE_NUMBERS?",
		find(settingsRows(a), "bare_numbers").Detail)
	assert.Equal(t, 2, tally(settingsRows(a))[failed])
}

func TestBareNumbersHaveARow(t *testing.T) {
	t.Parallel()
	assert.Contains(t, bareRow(&operator.Account{}).Detail, "international: 13800138000 is refused")
	china := &operator.Account{Settings: settings.Settings{BareChina: true}}
	assert.Contains(t, bareRow(china).Detail, "as +86 138 0013 8000")
	wrong := settings.Read(func(name string) string { return "x" })
	assert.Empty(t, bareRow(&operator.Account{Settings: wrong}))
}
