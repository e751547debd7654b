// Package probe is the command that asks a deployed function whether it works, without sending an
// SMS: its URL, its settings, its role and secret, and its callers' token.
package probe

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/scripts/local/internal/words"
)

// Run runs the command.
func Run(ctx context.Context, args []string, stdio term.Stdio) error {
	w := words.From(os.Getenv)
	flags := flag.NewFlagSet("probe", flag.ContinueOnError)
	var from operator.Options
	from.AddFlags(flags, w, w.Say("probe.flag.simulate"))
	yes := flags.Bool("yes", false, w.Say("probe.flag.yes"))
	asJSON := flags.Bool("json", false, w.Say("probe.flag.json"))
	if err := term.ParseFlags(flags, args, stdio.Out, w.Say("probe.help")); err != nil {
		return err
	}
	mistake := func(key string, values ...any) error {
		return term.UsageError{Text: "probe: " + w.Say(key, values...)}
	}
	switch {
	case from.Simulate && flags.NArg() > 0:
		return mistake("probe.mistake.simulate")
	case !from.Simulate && flags.NArg() != 1:
		return mistake("probe.mistake.url")
	}
	if !from.Simulate {
		strange, err := readURL(flags.Arg(0))
		if err != nil {
			return mistake("probe.mistake.form")
		}
		if strange != "" && !*yes {
			if *asJSON || !term.IsTerminal(stdio.In) {
				return mistake("probe.mistake.host", strange)
			}
			if !term.Confirm(ctx, stdio, w.Say("probe.ask.host", strange)) {
				return term.ErrNegative
			}
		}
	}
	a, err := operator.Open("probe", from)
	if err != nil {
		return err
	}
	defer a.Close()
	target := Target{URL: flags.Arg(0)}
	if from.Simulate {
		served, err := Serve(ctx, a, stdio.Err)
		if err != nil {
			return err
		}
		defer served.Close()
		target.URL = served.URL
	}
	why := ""
	if target.Secret, why, err = readSecret(ctx, a); err != nil {
		return err
	}
	result := Ask(ctx, w, target)
	if *asJSON {
		err = term.PrintJSON(stdio.Out, result)
	} else {
		Print(stdio.Out, w, result)
		if why != "" {
			fmt.Fprintln(stdio.Err, w.Say("probe.unread", why))
		}
	}
	if err == nil && !result.OK {
		return term.ErrNegative
	}
	return err
}

// readURL checks a function's URL, and returns its host if that is none of Tencent's functions.
func readURL(text string) (strange string, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Fragment != "" {
		return "", errors.New("not a URL")
	}
	address, notIP := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || notIP == nil && address.IsLoopback()
	if u.Scheme != "https" && !(u.Scheme == "http" && loopback) {
		return "", errors.New("not https")
	}
	if loopback || strings.HasSuffix(strings.ToLower(u.Hostname()), ".tencentscf.com") {
		return "", nil
	}
	return term.Plain(u.Host), nil
}

// Print shows a result to people.
func Print(out io.Writer, w words.Words, result Result) {
	paint := term.Painter(out)
	signs := map[Status][2]string{
		OK: {"✓", term.Green}, Wrong: {"✗", term.Red}, Unknown: {"?", term.Yellow},
	}
	names := map[string]string{
		URL: w.Say("probe.name.url"), Settings: w.Say("probe.name.settings"),
		Role: w.Say("probe.name.role"), Proof: w.Say("probe.name.token"),
	}
	const nameWidth = 16
	for _, f := range result.Findings {
		sign := signs[f.Status]
		term.PrintRow(out, paint, term.Row{
			Sign: sign[0], Color: sign[1], Name: names[f.Check], NameWidth: nameWidth,
			Detail: f.Detail, Todo: f.Todo,
		})
	}
	fmt.Fprintln(out)
	switch {
	case result.OK && result.Version != "":
		fmt.Fprintln(out, paint(term.Green, w.Say("probe.works.version",
			term.Plain(result.Version))))
	case result.OK:
		fmt.Fprintln(out, paint(term.Green, w.Say("probe.works")))
	default:
		fmt.Fprintln(out, paint(term.Red, w.Say("probe.fails")))
	}
}

// ofTheSecret reports whether a setting is one that reading the secret needs.
func ofTheSecret(variable string) bool {
	return strings.HasPrefix(variable, "SECRET_") || variable == "SSM_ENDPOINT" ||
		variable == "CALLERS_SECRET_NAME"
}
