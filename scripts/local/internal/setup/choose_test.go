package setup

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"scf-sms/internal/checkout"
	"scf-sms/internal/template"
	"scf-sms/scripts/local/internal/operatortest"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// choose answers the questions of a new account, a line each, and returns what goes into .env.
func choose(t *testing.T, env, answers string) (c *chooser, out string) {
	t.Helper()
	a := operatortest.Simulated(t, operatortest.Write(t, ".env", env))
	var b bytes.Buffer
	stdio := term.Stdio{In: strings.NewReader(answers), Out: &b, Err: &b}
	c = &chooser{Cloud: resources.Cloud{Account: a}, ctx: t.Context(), stdio: stdio,
		words:  words.From(func(string) string { return "" }),
		answer: map[string]string{}}
	require.NoError(t, c.choose())
	return c, b.String()
}

func TestChoose(t *testing.T) {
	t.Parallel()
	// The application; the signature and all templates as suggested, but the last: that has a second
	// variable.
	c, out := choose(t, "X=1\n", "1400006666\n\n\n\n\n\n\n\n\n7\n10\n")
	require.Equal(t, []string{"SECRET_NAME", "SDK_APP_ID", "SIGN_NAME", "TEMPLATES"}, c.order)
	require.Equal(t, "scf-sms", c.answer["SECRET_NAME"])
	require.Equal(t, "1400006666", c.answer["SDK_APP_ID"])
	require.Equal(t, "示例", c.answer["SIGN_NAME"])
	operatortest.Golden(t, "choose.txt", out)

	templates, err := template.Parse(c.answer["TEMPLATES"])
	require.NoError(t, err)
	for _, usageType := range required {
		for _, overseas := range []bool{false, true} {
			found, ok := templates.Choose(usageType, overseas, nil)
			require.True(t, ok)
			require.Equal(t, usageType, found.UsageType)
		}
	}
	generic, _ := templates.Choose("Generic", true, nil)
	require.Equal(t, "2220014", generic.ID)
	require.Len(t, generic.Params, 2)
}

func TestChoose_some(t *testing.T) {
	t.Parallel()
	// What .env has isn't asked for. Answers that are none are asked for again; 0 is none.
	env := "SECRET_NAME=x\nSDK_APP_ID=1400006666\nSIGN_NAME=示例\n"
	c, _ := choose(t, env, "99\nfour\n1\n3\n5\n7\n0\n0\n0\n0\n")
	require.Equal(t, []string{"TEMPLATES"}, c.order)
	var all []entry
	require.NoError(t, json.Unmarshal([]byte(c.answer["TEMPLATES"]), &all))
	require.Len(t, all, 4)
	require.Equal(t, map[string]string{"china": "1110001"}, all[0].TemplateCode)

	root, err := checkout.Root()
	require.NoError(t, err)
	example, err := os.ReadFile(filepath.Join(root, ".env.example"))
	require.NoError(t, err)
	line := regexp.MustCompile(`(?m)^TEMPLATES=.*$`).Find(example)
	c, _ = choose(t, env+string(line)+"\n", "")
	require.Equal(t, []string{"TEMPLATES"}, c.order, "the example's are nobody's")

	c, out := choose(t, env+"TEMPLATES=[]\n", "")
	require.Empty(t, c.order)
	require.Empty(t, out)
}
