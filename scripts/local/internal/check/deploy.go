package check

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"scf-sms/internal/checkout"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
)

// runDeploy prints what is missing before `scf deploy` with these arguments, a line for each thing,
// and nothing if all is there. scripts/deploy.sh prints the lines.
func runDeploy(stage string, scfArgs []string, out io.Writer) error {
	root, err := checkout.Root()
	if err != nil {
		return err
	}
	argStage, credentials := readSCFArgs(scfArgs)
	account, err := operator.ReadFiles(root, operator.Options{Stage: cmp.Or(argStage, stage)})
	if err != nil {
		return fmt.Errorf("check: %w", err)
	}
	home, _ := os.UserHomeDir() // without one there is nothing in it
	lines := missing(account, credentials || keepsCredentials(home))
	for _, line := range lines {
		fmt.Fprintln(out, line)
	}
	if len(lines) > 0 {
		return term.ErrNegative
	}
	return nil
}

// readSCFArgs returns the stage that the arguments of scf name, and whether they say where it gets
// credentials.
func readSCFArgs(args []string) (stage string, credentials bool) {
	for i, arg := range args {
		name, value, joined := strings.Cut(arg, "=")
		switch {
		case name == "--login", name == "--profile":
			credentials = true
		case name == "--stage" && joined:
			stage = value
		case name == "--stage" && i+1 < len(args):
			stage = args[i+1]
		}
	}
	return stage, credentials
}

// keepsCredentials reports whether scf was given a key to keep, with scf credentials set.
func keepsCredentials(home string) bool {
	_, err := os.Stat(filepath.Join(home, ".serverless-tencent", "credentials"))
	return home != "" && err == nil
}

// missing says what a deployment lacks.
func missing(a *operator.Account, credentials bool) (lines []string) {
	unset := func(names ...string) string {
		var list []string
		for _, name := range names {
			if strings.TrimSpace(a.Env.Get(name)) == "" {
				list = append(list, name)
			}
		}
		return strings.Join(list, ", ")
	}
	keys := unset("TENCENT_SECRET_ID", "TENCENT_SECRET_KEY")
	if keys != "" && !credentials && a.Env.Get("TENCENT_CREDENTIALS_PROFILE") == "" {
		lines = append(lines, a.Say("check.deploy.keys", keys))
	}
	if names := unset(a.Deployed.Names...); names != "" {
		lines = append(lines, a.Say("check.deploy.settings", names))
	}
	if len(lines) > 0 {
		for _, line := range a.Env.Unread {
			detail, todo := a.Env.Explain(line)
			lines = append(lines, a.Say("check.deploy.line", detail, todo))
		}
	}
	templates, _ := a.Deployed.Expand("TEMPLATES", a.Env)
	if regexp.MustCompile(`"111000[1-4]"`).MatchString(templates) {
		lines = append(lines, a.Say("check.deploy.templates"))
	}
	return lines
}
