package setup

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/cloudsim"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

func TestMain(m *testing.M) { operatortest.Main(m) }

// site is a world to deploy in. Its functions' URLs are served by a stand-in that answers as the
// function does, so that a run takes no time.
type site struct {
	*operatortest.World
	root     string // with a serverless.yml
	standURL string
	ctx      context.Context // of runs; nil: that of the test
	stale    atomic.Int32    // how many more answers are those of a build that isn't deployed any more
}

// newSite is an empty account, changed.
func newSite(t *testing.T, change func(*cloudsim.Account)) *site {
	t.Helper()
	project, err := checkout.Root()
	require.NoError(t, err)
	account, err := cloudsim.LoadAccount(filepath.Join(project, "testdata", "cloud.json"))
	require.NoError(t, err)
	account.Keys = []cloudsim.Key{
		{SecretID: "AKIDoperator", SecretKey: "operator-key", Allow: []string{"*"}}}
	account.Secrets = nil
	if change != nil {
		change(&account)
	}
	s := &site{World: operatortest.NewWorld(t, account, operatortest.CompleteEnv),
		root: t.TempDir()}
	stand := httptest.NewServer(http.HandlerFunc(s.answer))
	t.Cleanup(stand.Close)
	s.standURL = stand.URL
	s.Cloud.ServeURLs(func(function, id string) string { return stand.URL + "/" + function })
	text, err := os.ReadFile(filepath.Join(project, "serverless.yml"))
	require.NoError(t, err)
	s.serverless(t, strings.NewReplacer(
		"# SSM_ENDPOINT: ssm.tencentcloudapi.com", "SSM_ENDPOINT: ${env:SSM_ENDPOINT}",
		"# SMS_ENDPOINT: sms.tencentcloudapi.com", "SMS_ENDPOINT: ${env:SMS_ENDPOINT}",
	).Replace(string(text)))
	return s
}

// serverless writes the serverless.yml.
func (s *site) serverless(t *testing.T, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(filepath.Join(s.root, "serverless.yml"), []byte(text), 0o644))
}

// edit changes the serverless.yml.
func (s *site) edit(t *testing.T, pairs ...string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.root, "serverless.yml"))
	require.NoError(t, err)
	s.serverless(t, strings.NewReplacer(pairs...).Replace(string(text)))
}

// answer stands in for a deployed function whose role may read what it reads.
func (s *site) answer(w http.ResponseWriter, r *http.Request) {
	deployed, runs := s.Cloud.Deployed(strings.Trim(r.URL.Path, "/"), "$DEFAULT")
	if !runs {
		http.NotFound(w, r)
		return
	}
	status, code := http.StatusMethodNotAllowed, "method_not_allowed"
	if r.Method == http.MethodPost {
		status, code = http.StatusUnauthorized, "unauthorized"
		var value struct{ Authorization string }
		for _, secret := range s.Account().Secrets {
			json.Unmarshal([]byte(secret.Versions["SSM_Current"].String), &value)
		}
		if r.Header.Get("Authorization") == value.Authorization {
			status, code = http.StatusBadRequest, "invalid_phone_number"
			version := content(deployed.Code)
			if s.stale.Add(-1) >= 0 {
				version = "the build before"
			}
			w.Header().Set("x-scf-sms-version", version)
		}
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(map[string]string{"code": code, "requestId": "r"})
}

// content is what the file of an archive holds.
func content(archive []byte) string {
	r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return ""
	}
	f, err := r.Open("main")
	if err != nil {
		return ""
	}
	text, _ := io.ReadAll(f)
	return string(text)
}

// pack is a build of a version, small enough to be uploaded a hundred times.
func pack(t *testing.T, version string) checkout.Packaged {
	t.Helper()
	archive, err := checkout.Pack([]byte(version))
	require.NoError(t, err)
	return checkout.Packaged{Binary: []byte(version), Archive: archive, Version: version}
}

// outcome is what a run said and did.
type outcome struct {
	out, errs string
	err       error
	writes    []string // the actions that changed something, in their order
}

// run sets up with a build. It says yes to everything.
func (s *site) run(t *testing.T, version string, change ...func(*setup)) outcome {
	t.Helper()
	a := s.Open(t)
	a.Root = s.root
	before := len(s.Cloud.Requests())
	var out, errs bytes.Buffer
	run, err := newSetup(a, options{}, term.Stdio{Out: &out, Err: &errs}, a.Env.Words)
	require.NoError(t, err)
	run.packaged = pack(t, version)
	run.confirm = func(string) bool { return true }
	for _, c := range change {
		c(run)
	}
	ctx := s.ctx
	if ctx == nil {
		ctx = t.Context()
	}
	err = run.run(ctx, false)
	o := outcome{out: out.String(), errs: errs.String(), err: err}
	for _, r := range s.Cloud.Requests()[before:] {
		if operatortest.Changes(r.Action) {
			o.writes = append(o.writes, r.Action)
		}
	}
	text := o.out + o.errs
	if err != nil {
		text += err.Error()
	}
	s.HoldsNoSecret(t, text)
	require.NotRegexp(t, secretLike, text)
	return o
}

// secretLike is what keys and tokens look like that were made in the simulated cloud, and may not
// be there any more.
var secretLike = regexp.MustCompile(`AKID\w|made-key-|Bearer \S{16}|\b[\w-]{43}\b`)

// said is all that a run said, without line breaks.
func (o outcome) said() string {
	text := o.out + " " + o.errs
	if o.err != nil {
		text += " " + o.err.Error()
	}
	return flat(text)
}

// complete checks that all is there and works: what a run that succeeded promises.
func (s *site) complete(t *testing.T) {
	t.Helper()
	account := s.Account()
	require.Len(t, account.Secrets, 1)
	value, err := resources.ParseValue([]byte(account.Secrets[0].Versions["SSM_Current"].String))
	require.NoError(t, err)
	require.Len(t, value.Texts("authorization"), 1)
	require.Len(t, value.Texts("hashKey"), 1)
	var sender []string
	for _, k := range account.Keys {
		if k.Uin >= 100000000050 && k.SecretID != "AKIDadmin" {
			require.False(t, k.Disabled)
			sender = append(sender, k.SecretID)
		}
	}
	require.Equal(t, []string{value.KeyID()}, sender, "one key, in the secret")
	role, ok := s.Cloud.Assume("scf-sms")
	require.True(t, ok)
	require.NotEmpty(t, role.Token)
	require.Len(t, account.Functions, 1)
	require.Len(t, account.Functions[0].Triggers, 1)
	s.roleReads(t)
}

// roleReads checks that the function's role may read the secret, and the sender's key may send.
func (s *site) roleReads(t *testing.T) {
	t.Helper()
	role, ok := s.Cloud.Assume("scf-sms")
	require.True(t, ok)
	a := s.Open(t)
	secret, err := a.Secret(t.Context(), credential(role))
	require.NoError(t, err)
	verdict, _ := resources.Cloud{Account: a}.TryKey(t.Context(), secret.Key)
	require.Equal(t, resources.Accepted, verdict)
	_, err = a.Secret(t.Context(), secret.Key)
	require.Error(t, err, "the sender may send, and nothing else")
}

// flat is a text without its line breaks and indents.
func flat(text string) string { return strings.Join(strings.Fields(text), " ") }

// standIn replaces what differs from run to run.
func (s *site) standIn() *strings.Replacer {
	account := s.Account()
	var pairs []string
	for _, v := range account.Functions[0].Versions[0].Config.Variables {
		if strings.HasSuffix(v.Key, "_ENDPOINT") {
			pairs = append(pairs, v.Value, "ENDPOINT")
		}
	}
	return strings.NewReplacer(pairs...)
}
