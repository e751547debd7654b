package rotate

import (
	"context"
	"fmt"

	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

const authorization = "authorization"

// token adds a token behind the one that callers send now, or ends all but the last.
func (r *rotation) token(ctx context.Context, finish bool) error {
	name, version := r.Settings.Secret.Name, r.Settings.Secret.Version
	if r.Settings.Secret.Callers != "" {
		name, version = r.Settings.Secret.Callers, "SSM_Current"
	}
	value, err := r.read(ctx, name, version)
	if err != nil {
		return err
	}
	tokens := value.Texts(authorization)
	switch {
	case len(tokens) == 0:
		return r.stop("rotate.token.none", name)
	case finish && len(tokens) == 1:
		r.done("rotate.token.finished", name)
		return nil
	case finish:
		return r.finish(ctx, name, version, value, tokens)
	case len(tokens) > 1:
		// A run before was interrupted, or was not followed by -finish.
		r.note("rotate.token.underway", name)
		return r.show(tokens[len(tokens)-1])
	}
	r.will("rotate.token.plan", name)
	if !r.confirm(r.words.Say("rotate.ask")) {
		return term.ErrNegative
	}
	next := "Bearer " + resources.NewToken()
	list := []string{tokens[0], next}
	if err := r.write(ctx, name, version, value, value.With(authorization, list)); err != nil {
		return err
	}
	r.done("rotate.token.both", name)
	return r.show(next)
}

// show prints the new token: somebody has to type it into Logto.
func (r *rotation) show(token string) error {
	if r.confirm(r.words.Say("rotate.token.show")) {
		fmt.Fprintln(r.out, "\n"+token+"\n")
	}
	r.note("rotate.token.next")
	r.command("token -finish")
	return nil
}

// finish ends all tokens but the last, which is the newest.
func (r *rotation) finish(
	ctx context.Context, name, version string, value resources.Value, tokens []string,
) error {
	r.will("rotate.token.finish", name, len(tokens)-1)
	if !r.confirm(r.words.Say("rotate.token.finish.ask")) {
		return term.ErrNegative
	}
	last := tokens[len(tokens)-1]
	if err := r.write(ctx, name, version, value, value.With(authorization, last)); err != nil {
		return err
	}
	r.done("rotate.token.ended", term.Span(r.Settings.Secret.TTL))
	return nil
}
