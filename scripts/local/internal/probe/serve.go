package probe

import (
	"cmp"
	"context"
	"errors"
	"io"
	"strings"

	"scf-sms/internal/scfhost"
	"scf-sms/scripts/local/internal/function"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/term"
	"scf-sms/secrets"
)

// Served is a function behind a URL on this machine.
type Served struct {
	*scfhost.Server
	instance *scfhost.Instance
}

// Serve builds the function and puts it behind a URL, as the simulation has it.
func Serve(ctx context.Context, a *operator.Account, errs io.Writer) (*Served, error) {
	binary, err := function.Build(ctx, a.Root, errs)
	if err != nil {
		return nil, err
	}
	f := a.Sim.Function
	f.Binary, f.Env = binary, a.Variables()
	instance, err := scfhost.New(f)
	if err != nil {
		return nil, err
	}
	server, err := scfhost.Serve(&scfhost.Front{Invoke: instance.Invoke})
	if err != nil {
		instance.Close()
		return nil, err
	}
	return &Served{server, instance}, nil
}

// Close ends the URL and the function.
func (s *Served) Close() error { return errors.Join(s.Server.Close(), s.instance.Close()) }

// readSecret reads what callers prove themselves with, as the function does, with the operator's
// key. Without it a probe still shows all but the token; why says why.
func readSecret(ctx context.Context, a *operator.Account) (
	secret *secrets.Secret, why string, err error,
) {
	if texts := a.Problems(ofTheSecret); len(texts) > 0 {
		return nil, strings.Join(texts, "; "), nil
	}
	if a.Key == nil {
		return nil, a.KeyError.Error(), nil
	}
	secret, err = a.Secret(ctx, a.Key)
	if fault, ok := errors.AsType[*secrets.Error](err); ok {
		return nil, term.Plain(cmp.Or(fault.Code, a.Hint(fault.Text))), nil
	}
	return secret, "", err
}
