package scripts_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deployment is a checkout to deploy from, on a machine that has only what a test gives it.
type deployment struct {
	t    *testing.T
	root string
	bin  string   // where commands go
	env  []string // variables
}

func newDeployment(t *testing.T) *deployment {
	needBash(t)
	temp := t.TempDir()
	d := &deployment{t: t, root: filepath.Join(temp, "three", "folders", "down"), bin: filepath.Join(temp, "bin")}
	d.env = []string{"HOME=" + filepath.Join(temp, "home")}
	require.NoError(t, os.MkdirAll(d.bin, 0o755))
	for _, command := range []string{"bash", "env", "dirname", "sed", "grep", "tail", "tr", "cat"} {
		path, err := exec.LookPath(command)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(d.bin, command)))
	}
	d.write("serverless.yml", read(t, serverlessYML))
	d.write("scripts/deploy.sh", read(t, "deploy.sh"))
	d.write("scripts/package.sh", "#!/usr/bin/env bash\necho packaged\n")
	return d
}

// write writes a file of the checkout; scripts can be run.
func (d *deployment) write(name, content string) {
	d.t.Helper()
	file := filepath.Join(d.root, name)
	require.NoError(d.t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(d.t, os.WriteFile(file, []byte(content), 0o755))
}

// command makes a command that says how it was called, or its version.
func (d *deployment) command(name, version string) {
	d.t.Helper()
	script := "#!/usr/bin/env bash\nif [[ $1 == --version ]]; then echo '" + version + "'; else echo \"" + name + " called: $*\"; fi\n"
	require.NoError(d.t, os.WriteFile(filepath.Join(d.bin, name), []byte(script), 0o755))
}

// templates puts other template IDs into serverless.yml than the example's.
func (d *deployment) templates() {
	d.t.Helper()
	d.write("serverless.yml", strings.ReplaceAll(read(d.t, serverlessYML), `"111000`, `"987000`))
}

// ready gives the machine all that is needed, with the settings in the environment.
func (d *deployment) ready() {
	d.t.Helper()
	d.tools()
	d.templates()
	d.env = append(d.env, "TENCENT_SECRET_ID=AKIDsecret", "TENCENT_SECRET_KEY=KEYsecret", "SECRET_NAME=a", "SDK_APP_ID=1", "SIGN_NAME=b")
}

func (d *deployment) tools() {
	d.t.Helper()
	d.command("go", "")
	d.command("scf", "serverless-cloud-framework version: 1.3.0(npm)")
}

// run runs deploy.sh, and returns its output and status.
func (d *deployment) run(args ...string) (stdout, stderr string, status int) {
	d.t.Helper()
	script := exec.Command(filepath.Join(d.bin, "bash"), append([]string{filepath.Join(d.root, "scripts", "deploy.sh")}, args...)...)
	script.Dir = d.t.TempDir()
	script.Env = append([]string{"PATH=" + d.bin}, d.env...)
	var out, errOut strings.Builder
	script.Stdout, script.Stderr = &out, &errOut
	err := script.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(d.t, err)
	}
	assert.NotContains(d.t, out.String()+errOut.String(), "KEYsecret")
	assert.NotContains(d.t, out.String()+errOut.String(), "AKIDsecret")
	return out.String(), errOut.String(), script.ProcessState.ExitCode()
}

// deploys expects deploy.sh to deploy.
func (d *deployment) deploys(args ...string) {
	d.t.Helper()
	stdout, stderr, status := d.run(args...)
	assert.Zero(d.t, status, stderr)
	assert.Contains(d.t, stdout, strings.Join(append([]string{"packaged\nscf called: deploy"}, args...), " ")+"\n")
	assert.Contains(d.t, stdout, "URL")
	assert.Empty(d.t, stderr)
}

// refuses expects deploy.sh to deploy nothing, and returns what it says.
func (d *deployment) refuses(args ...string) string {
	d.t.Helper()
	stdout, stderr, status := d.run(args...)
	assert.Equal(d.t, 1, status)
	assert.Empty(d.t, stdout, "it began to deploy")
	return stderr
}

func TestDeployNamesAllThatIsMissing(t *testing.T) {
	said := newDeployment(t).refuses()
	for _, missing := range []string{
		"Go", "command scf", "npm install -g serverless-cloud-framework", "1.2.0",
		"TENCENT_SECRET_ID, TENCENT_SECRET_KEY",
		"SECRET_NAME, SDK_APP_ID, SIGN_NAME",
		"TEMPLATES",
	} {
		assert.Contains(t, said, missing)
	}
	assert.Equal(t, 6, strings.Count(said, "\n"), said)
}

func TestDeploy(t *testing.T) {
	t.Run("with all in the environment", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.deploys()
	})
	t.Run("hands its arguments on", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.deploys("--stage", "test", "--debug")
	})
	t.Run("fails when scf does", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		require.NoError(t, os.WriteFile(filepath.Join(d.bin, "scf"), []byte("#!/usr/bin/env bash\nexit 3\n"), 0o755))
		stdout, _, status := d.run()
		assert.Equal(t, 3, status)
		assert.NotContains(t, stdout, "Deployed")
	})
	t.Run("with a literal instead of a variable", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.write("serverless.yml", "component: scf\nname: scf-sms\n")
		d.deploys()
	})
}

func TestDeployReadsSettingsAsScfDoes(t *testing.T) {
	const all = "TENCENT_SECRET_ID=AKIDsecret\nTENCENT_SECRET_KEY='KEYsecret'\n\n# a name\nSECRET_NAME = a\nSDK_APP_ID=\"1\"\r\nSIGN_NAME=示例\n"
	for name, test := range map[string]struct {
		files   map[string]string
		env     []string
		args    []string
		missing string // none: it deploys
	}{
		"from .env":                       {files: map[string]string{".env": all}},
		"from .env two folders up":        {files: map[string]string{"../../.env": all}},
		"from the stage's file":           {files: map[string]string{".env.prod": all, ".env": ""}},
		"from that of a given stage":      {files: map[string]string{".env.test": all, ".env": ""}, args: []string{"--stage", "test"}},
		"from that of a stage after =":    {files: map[string]string{".env.test": all, ".env": ""}, args: []string{"--stage=test"}},
		"from one file only":              {files: map[string]string{".env": "", "../.env": all}, missing: "SECRET_NAME, SDK_APP_ID, SIGN_NAME"},
		"not from another stage's":        {files: map[string]string{".env.test": all}, missing: "SECRET_NAME, SDK_APP_ID, SIGN_NAME"},
		"the last line counts":            {files: map[string]string{".env": all + "SIGN_NAME=\n"}, missing: "SIGN_NAME"},
		"quotes are not a value":          {files: map[string]string{".env": all + "SDK_APP_ID=\"\"\n"}, missing: "SDK_APP_ID"},
		"export is not understood":        {files: map[string]string{".env": strings.Replace(all, "SIGN", "export SIGN", 1)}, missing: "SIGN_NAME"},
		"a comment is not a setting":      {files: map[string]string{".env": strings.Replace(all, "SIGN", "# SIGN", 1)}, missing: "SIGN_NAME"},
		"an empty variable hides a line":  {files: map[string]string{".env": all}, env: []string{"SIGN_NAME="}, missing: "SIGN_NAME"},
		"the environment adds to a file":  {files: map[string]string{".env": all + "SIGN_NAME=\n"}, env: []string{"SIGN_NAME=a"}},
		"a file's text is never executed": {files: map[string]string{".env": all + "X=$(touch executed)`touch executed`\n"}},
		"credentials of scf's own":        {files: map[string]string{".env": all + "TENCENT_SECRET_ID=\n"}, args: []string{"--profile", "x"}},
		"credentials by login":            {files: map[string]string{".env": all + "TENCENT_SECRET_ID=\n"}, args: []string{"--login"}},
		"credentials missing by half":     {files: map[string]string{".env": all + "TENCENT_SECRET_ID=\n"}, missing: "TENCENT_SECRET_ID"},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDeployment(t)
			d.tools()
			d.templates()
			d.env = append(d.env, test.env...)
			for file, content := range test.files {
				d.write(file, content)
			}
			if test.missing == "" {
				d.deploys(test.args...)
			} else {
				assert.Contains(t, d.refuses(test.args...), "  - "+test.missing+":")
			}
			assert.NoFileExists(t, filepath.Join(d.root, "executed"))
		})
	}
}

func TestDeployLooksAtTheVersionOfScf(t *testing.T) {
	for version, fits := range map[string]bool{
		"serverless-cloud-framework version: 1.3.0(npm)":    true,
		"serverless-cloud-framework version: 1.2.0(Binary)": true,
		"serverless-cloud-framework version: 1.10.1(npm)":   true,
		"serverless-cloud-framework version: 2.0.0(npm)":    true,
		"serverless-cloud-framework version: 1.1.9(npm)":    false,
		"scf, version 0.6.5":                                false,
		"something new entirely":                            true,
	} {
		t.Run(version, func(t *testing.T) {
			d := newDeployment(t)
			d.ready()
			d.command("scf", version)
			if fits {
				d.deploys()
			} else {
				assert.Contains(t, d.refuses(), "a newer scf")
			}
		})
	}
}

func TestDeployRefusesTheExamplesTemplates(t *testing.T) {
	d := newDeployment(t)
	d.ready()
	d.write("serverless.yml", read(t, serverlessYML))
	assert.Contains(t, d.refuses(), "template IDs")
}

func TestDeployWithCredentialsThatScfKeeps(t *testing.T) {
	d := newDeployment(t)
	d.tools()
	d.templates()
	d.env = append(d.env, "SECRET_NAME=a", "SDK_APP_ID=1", "SIGN_NAME=b")
	d.refuses()
	credentials := filepath.Join(strings.TrimPrefix(d.env[0], "HOME="), ".serverless-tencent", "credentials")
	require.NoError(t, os.MkdirAll(filepath.Dir(credentials), 0o755))
	require.NoError(t, os.WriteFile(credentials, []byte("{}"), 0o600))
	d.deploys()
}
