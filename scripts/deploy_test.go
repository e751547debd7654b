package scripts_test

import (
	"errors"
	"fmt"
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
	d := &deployment{t: t, root: filepath.Join(temp, "three", "folders",
		"down"), bin: filepath.Join(temp, "bin")}
	d.env = []string{"HOME=" + filepath.Join(temp, "home")}
	require.NoError(t, os.MkdirAll(d.bin, 0o755))
	for _, command := range []string{"bash", "env", "dirname", "sed", "grep", "tail", "cat"} {
		path, err := exec.LookPath(command)
		require.NoError(t, err)
		require.NoError(t, os.Symlink(path, filepath.Join(d.bin, command)))
	}
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
	script := "#!/usr/bin/env bash\nif [[ $1 == --version ]]; then echo '" + version + "'; " +
		"else echo \"" + name + " called: $*\"; fi\n"
	require.NoError(d.t, os.WriteFile(filepath.Join(d.bin, name), []byte(script), 0o755))
}

// check makes what `go run ./scripts/local check -deploy` prints, and its status. What it looks at,
// and how, its own tests say.
func (d *deployment) check(stdout, stderr string, status int) {
	d.t.Helper()
	script := fmt.Sprintf(`#!/usr/bin/env bash
echo "go $*" >>%q
printf '%%b' %q
printf '%%b' %q >&2
exit %d
`, d.calls(), stdout, stderr, status)
	require.NoError(d.t, os.WriteFile(filepath.Join(d.bin, "go"), []byte(script), 0o755))
}

// calls is the file that holds how the go command was called.
func (d *deployment) calls() string { return filepath.Join(d.bin, "..", "calls") }

// ready gives the machine all that is needed.
func (d *deployment) ready() {
	d.t.Helper()
	d.check("", "", 0)
	d.command("scf", "serverless-cloud-framework version: 1.3.0(npm)")
}

// run runs deploy.sh, and returns its output and status.
func (d *deployment) run(args ...string) (stdout, stderr string, status int) {
	d.t.Helper()
	script := exec.Command(filepath.Join(d.bin,
		"bash"), append([]string{filepath.Join(d.root, "scripts", "deploy.sh")}, args...)...)
	script.Dir = d.t.TempDir()
	script.Env = append([]string{"PATH=" + d.bin}, d.env...)
	var out, errOut strings.Builder
	script.Stdout, script.Stderr = &out, &errOut
	err := script.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(d.t, err)
	}
	return out.String(), errOut.String(), script.ProcessState.ExitCode()
}

// deploys expects deploy.sh to deploy.
func (d *deployment) deploys(args ...string) {
	d.t.Helper()
	stdout, stderr, status := d.run(args...)
	assert.Zero(d.t, status, stderr)
	called := append([]string{"packaged\nscf called: deploy"}, args...)
	assert.Contains(d.t, stdout, strings.Join(called, " ")+"\n")
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
	t.Run("on an empty machine", func(t *testing.T) {
		said := newDeployment(t).refuses()
		for _, missing := range []string{
			"Go", "command scf", "npm install -g serverless-cloud-framework", "1.2.0",
		} {
			assert.Contains(t, said, missing)
		}
		assert.Equal(t, 3, strings.Count(said, "\n"), said)
	})
	t.Run("in the settings", func(t *testing.T) {
		d := newDeployment(t)
		d.check("SIGN_NAME: a setting\ntemplate IDs: yours\n", "exit status 1\n", 1)
		assert.Equal(t, "deploy.sh: nothing was deployed. Missing:\n"+
			"  - the command scf, 1.2.0 or newer. "+
			"Install it: npm install -g serverless-cloud-framework\n"+
			"  - SIGN_NAME: a setting\n"+
			"  - template IDs: yours\n", d.refuses())
	})
	t.Run("when it can't look", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.check("", "local: serverless.yml: yaml: line 2\nexit status 1\n", 1)
		assert.Contains(t, d.refuses(), "local: serverless.yml: yaml: line 2\n")
	})
}

func TestDeploy(t *testing.T) {
	t.Run("with all there", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.deploys()
		assert.Equal(t, "go run ./scripts/local check -deploy --\n", read(t, d.calls()))
	})
	t.Run("hands its arguments on", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		d.deploys("--stage", "test", "--debug")
		assert.Equal(t,
			"go run ./scripts/local check -deploy -- --stage test --debug\n", read(t, d.calls()))
	})
	t.Run("fails when scf does", func(t *testing.T) {
		d := newDeployment(t)
		d.ready()
		scf := filepath.Join(d.bin, "scf")
		require.NoError(t, os.WriteFile(scf, []byte("#!/usr/bin/env bash\nexit 3\n"), 0o755))
		stdout, _, status := d.run()
		assert.Equal(t, 3, status)
		assert.NotContains(t, stdout, "Deployed")
	})
}

// The whole way, from deploy.sh through check to the .env file of the stage.
func TestDeployReadsTheSettingsOfTheStage(t *testing.T) {
	d := newDeployment(t)
	d.ready()
	local := filepath.Join(d.bin, "local")
	built, err := exec.Command("go", "build", "-o", local, "scf-sms/scripts/local").CombinedOutput()
	require.NoError(t, err, string(built))
	goRun := "#!/usr/bin/env bash\n" +
		"[[ \"$1 $2\" == 'run ./scripts/local' ]] && exec local \"${@:3}\"\n"
	require.NoError(t, os.WriteFile(filepath.Join(d.bin, "go"), []byte(goRun), 0o755))
	d.write("go.mod", "module scf-sms\n")
	d.write("serverless.yml", read(t, serverlessYML))
	const env = "TENCENT_SECRET_ID=AKIDsecret\nTENCENT_SECRET_KEY=KEYsecret\nSECRET_NAME=a\n" +
		"SDK_APP_ID=1\nTEMPLATES=[]\nX=$(touch executed)`touch executed`\n"
	d.write(".env", env+"SIGN_NAME=b\n")
	d.deploys()
	d.write("../.env.test", env+"export SIGN_NAME=b\n")
	d.deploys("--stage=test") // .env is nearer
	require.NoError(t, os.Remove(filepath.Join(d.root, ".env")))

	said := d.refuses("--stage=test")
	assert.Contains(t, said, "  - SIGN_NAME: settings of the function.")
	assert.Regexp(t, `  - line 7 of .*\.env\.test sets nothing`, said)
	assert.NotContains(t, said, "AKIDsecret")
	assert.NotContains(t, said, "KEYsecret")
	assert.NoFileExists(t, filepath.Join(d.root, "executed"))
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
