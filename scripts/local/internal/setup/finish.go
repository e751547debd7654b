package setup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"scf-sms/internal/checkout"
	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/probe"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// build packs the function as scripts/package.sh does. In a simulation it is the one that runs on
// this machine.
func (s *setup) build(ctx context.Context) (checkout.Packaged, error) {
	if s.Sim != nil {
		binary, err := function.Build(ctx, s.Root, s.errs)
		if err != nil {
			return checkout.Packaged{}, err
		}
		return packLocal(binary)
	}
	defer term.Announce(s.errs, time.Second, s.words.Say("operator.building"))()
	folder, err := os.MkdirTemp("", "scf-sms-")
	if err != nil {
		return checkout.Packaged{}, err
	}
	defer os.RemoveAll(folder)
	return checkout.Package(ctx, s.Root, filepath.Join(folder, "main"))
}

// packLocal packs a binary that [function.Build] built.
func packLocal(binary string) (p checkout.Packaged, err error) {
	p.Version = checkout.Version
	if p.Binary, err = os.ReadFile(binary); err == nil {
		p.Archive, err = checkout.Pack(p.Binary)
	}
	return p, err
}

// prove probes the function until it works, for a minute: a URL, a role and a build need a moment
// until all of SCF knows them. version is the build that must answer, "" any.
func (s *setup) prove(ctx context.Context, version string) error {
	t := s.trigger()
	if t == nil || t.URL() == "" {
		return s.stop("setup.url.none")
	}
	target := probe.Target{URL: t.URL()}
	var unread *operator.Failure // whoever runs this can't read the secret
	secret, err := s.Secret(ctx, s.Key)
	if fault, ok := errors.AsType[*secrets.Error](err); ok && fault.Kind != secrets.Unusable {
		unread = &operator.Failure{Operation: "ssm:GetSecretValue",
			Error: tencent.Error{Code: fault.Code, Reason: fault.Text}}
	}
	target.Secret = secret
	var result probe.Result
	old := false
	for waited := time.Duration(0); ; waited += poll {
		result = probe.Ask(ctx, s.words, target)
		old = result.OK && version != "" && result.Version != version
		if result.OK && !old || !result.OK && !result.Early || waited >= patience {
			break
		}
		if waited == 0 {
			s.meanwhile("setup.waiting", s.words.Say("setup.waiting.url", t.URL()))
		}
		if err := s.Pause(ctx, poll); err != nil {
			return err
		}
	}
	fmt.Fprintln(s.out)
	probe.Print(s.out, s.words, result)
	switch {
	case old:
		return s.stop("setup.old", result.Version, version)
	case !result.OK && unread != nil:
		return s.failed(unread)
	case !result.OK:
		return term.ErrNegative
	}
	return nil
}

// tell prints what to type into Logto, and the way back.
func (s *setup) tell(show bool) {
	const width = 22
	line := func(name, text string) {
		fmt.Fprintf(s.out, "  %-*s%s\n", width, name, text)
	}
	fmt.Fprintln(s.out, "\n"+s.paint(term.Bold, s.words.Say("setup.logto")))
	next := func(key, command string) {
		fmt.Fprintf(s.out, "%s\n  go run ./scripts/local %s\n", s.words.Say(key), command+s.flags)
	}
	line("Endpoint", s.trigger().URL())
	tokens := s.callers.value.Texts("authorization")
	switch {
	case len(tokens) == 0:
		line("Authorization Header", s.words.Say("setup.logto.signed"))
	case show && s.confirm(s.words.Say("setup.logto.ask")):
		line("Authorization Header", tokens[len(tokens)-1])
	default:
		line("Authorization Header", s.words.Say("setup.logto.header"))
		line("", "go run ./scripts/local setup -show-authorization"+s.flags)
	}
	fmt.Fprintln(s.out, s.words.Say("setup.callers")+"\n")
	next("setup.next.send", "send -to +86… -type SignIn")
	next("setup.next.back", "setup -rollback")
	if s.keyAsked {
		fmt.Fprintln(s.out)
		for _, text := range term.Wrap(s.words.Say("setup.next.key"), term.PageWidth) {
			fmt.Fprintln(s.out, text)
		}
	}
}
