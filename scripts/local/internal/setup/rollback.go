package setup

import (
	"context"
	"strings"

	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// planServing plans which version callers get. An older one was chosen on purpose, with -rollback:
// it is pointed forward only with new code or settings, or if whoever runs this says so.
func (s *setup) planServing() {
	d := &s.function
	if d.serving == "" || d.serving == latest {
		if len(d.shares) > 0 {
			s.warn("version", "setup.serving.shared", s.spec.Name, d.shared())
		}
		return
	}
	forward := d.outdated || s.asks && s.confirm(
		s.words.Say("setup.serving.ask", s.spec.Name, d.served()))
	if !forward {
		s.add(backed, "version", nil, "setup.serving.old", s.spec.Name, d.served())
		return
	}
	s.add(changes, "version", func(ctx context.Context) error {
		return s.serve(ctx, latest)
	}, "setup.serving.forward", s.spec.Name, d.served())
}

// shared names the versions that some callers get, and served all that callers get.
func (d *deployed) shared() string { return term.Plain(strings.Join(d.shares, ", ")) }
func (d *deployed) served() string {
	return term.Plain(strings.Join(append([]string{d.serving}, d.shares...), ", "))
}

// lastChange is what settle waits for where SCF is still busy.
func (s *setup) lastChange() string { return s.words.Say("setup.waiting.function", s.spec.Name) }

func (s *setup) serve(ctx context.Context, version string) error {
	return s.errorOf(s.settle(ctx, s.lastChange(), again, func() *operator.Failure {
		return s.Serve(ctx, s.spec.Name, version)
	}))
}

// rollback gives callers the version before the one that they get now.
func (s *setup) rollback(ctx context.Context) error {
	if f := s.readFunction(ctx); f != nil {
		return s.failed(f)
	}
	d := &s.function
	if !d.there {
		return s.stop("setup.rollback.nothing", s.spec.Name)
	}
	now := resources.Version{Version: d.serving}.Number()
	if now == 0 { // $LATEST, which is the newest version or comes after it
		now = d.newest().Number()
		if !d.published() {
			now++
		}
	}
	var before resources.Version
	for _, v := range d.versions {
		if v.Number() < now && v.Number() > before.Number() {
			before = v
		}
	}
	if before.Number() == 0 {
		return s.stop("setup.rollback.none", s.spec.Name)
	}
	s.add(changes, "version", func(ctx context.Context) error {
		return s.serve(ctx, before.Version)
	}, "setup.rollback.plan", s.spec.Name, d.served(), before.Version,
		term.Plain(before.Description))
	s.show()
	if s.only {
		return nil
	}
	if !s.confirm(s.words.Say("setup.ask")) {
		return term.ErrNegative
	}
	if err := s.carryOut(ctx); err != nil {
		return err
	}
	return s.prove(ctx, "")
}
