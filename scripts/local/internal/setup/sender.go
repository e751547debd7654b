package setup

import (
	"context"

	"scf-sms/internal/tencent"
	"scf-sms/scripts/local/internal/operator"
	"scf-sms/scripts/local/internal/resources"
	"scf-sms/scripts/local/internal/term"
)

// sendSMS is all that the user whose key sends may do.
func sendSMS() resources.Document { return resources.Allow("sms:SendSms", "*") }

// lookSender plans the user whose key sends, where its key isn't accepted or there is none.
func (s *setup) lookSender(ctx context.Context) {
	user, f := s.User(ctx, s.user)
	if s.unseen("sender", f) {
		return
	}
	switch {
	case user == nil:
		s.add(makes, "sender", s.makeUser, "setup.user.make", s.user)
		s.planSending(ctx)
		return
	case !s.userNamed && !hasMark(user.Remark):
		s.block("sender", "setup.user.other", s.user)
		return
	}
	s.sender = user
	s.there("sender", "setup.user.there", s.user)
	policies, f := s.UserPolicies(ctx, user.Uin)
	if s.unseen("sender", f) {
		return
	}
	may := false
	for _, p := range policies {
		may = may || p.Document.Covers(sendSMS())
		if !sendSMS().Covers(p.Document) {
			s.warn("sender", "setup.user.more", s.user, term.Plain(p.PolicyName))
		}
	}
	if may {
		s.there("sender", "setup.user.may")
		return
	}
	s.planSending(ctx)
}

// planSending plans the policy of a user who may not send yet.
func (s *setup) planSending(ctx context.Context) {
	if s.policyFits(ctx, "sender", s.user, sendSMS()) {
		s.add(makes, "sender", s.allowSending, "setup.user.allow", s.user)
	}
}

// policyFits reports whether a policy of a name can be attached: there is none yet, or it is the
// one that is needed. One of setup's own that isn't is planned to be changed; another's is in the
// way.
func (s *setup) policyFits(
	ctx context.Context, step, name string, want resources.Document,
) bool {
	p, f := s.Policy(ctx, name)
	switch {
	case s.unseen(step, f):
		return false
	case p == nil || p.Document.Same(want):
		return true
	case !p.Ours():
		s.block(step, "setup.policy.other", name, want.String())
		return false
	}
	s.add(changes, step, func(ctx context.Context) error {
		return s.errorOf(s.UpdatePolicy(ctx, p, want))
	}, "setup.policy.change", name, p.Document.String(), want.String())
	return true
}

func (s *setup) errorOf(f *operator.Failure) error {
	if f == nil {
		return nil
	}
	return s.failed(f)
}

// lookKeys looks for keys of the user that nobody can use: an interrupted run made them, and their
// secret halves are lost.
func (s *setup) lookKeys(ctx context.Context, uin uint64) {
	keys, f := s.Keys(ctx, uin)
	if s.unseen("key", f) {
		return
	}
	others := 0
	for _, k := range keys {
		if !s.Ours(k) {
			others++
			continue
		}
		s.add(changes, "key", func(ctx context.Context) error {
			h := s.keyed
			now, f, err := s.ReadSecret(ctx, h.name, h.version)
			switch {
			case f != nil && !f.Absent():
				return s.failed(f)
			case f == nil && err == nil && now.KeyID() == k.AccessKeyId: // by another run
				return s.stop("rotate.changed", h.name)
			}
			return s.errorOf(s.DeleteKey(ctx, uin, k.AccessKeyId))
		}, "setup.key.leftover", s.user, k.CreateTime)
	}
	if others > 1 {
		s.block("key", "setup.key.full", s.user)
	}
}

func (s *setup) makeUser(ctx context.Context) error {
	user, f := s.AddUser(ctx, s.user)
	if f != nil && !made(f) {
		return s.failed(f)
	}
	if f != nil || user.Uin == 0 {
		if user, f = s.User(ctx, s.user); f != nil {
			return s.failed(f)
		}
		if user == nil {
			return s.stop("setup.lost")
		}
	}
	s.sender = user
	return nil
}

// allowSending gives the user the policy, which is made if it isn't there.
func (s *setup) allowSending(ctx context.Context) error {
	p, err := s.ensurePolicy(ctx, s.user, "lets a key send SMS", sendSMS())
	if err != nil {
		return err
	}
	return s.errorOf(s.settle(ctx, s.newUser(), absentOrUnclear, func() *operator.Failure {
		return s.AttachUser(ctx, p.PolicyId, s.sender.Uin)
	}))
}

// newUser is what settle waits for where the user isn't known everywhere.
func (s *setup) newUser() string { return s.words.Say("setup.waiting.user", s.user) }

func absentOrUnclear(f *operator.Failure) bool { return f.Absent() || f.Unclear() }

// ensurePolicy returns a policy with a document, and makes it if there is none of its name.
func (s *setup) ensurePolicy(
	ctx context.Context, name, what string, d resources.Document,
) (*resources.Policy, error) {
	p, f := s.Policy(ctx, name)
	if f != nil {
		return nil, s.failed(f)
	}
	if p == nil {
		if p, f = s.CreatePolicy(ctx, name, what, d); f == nil {
			return p, nil
		}
		if !made(f) {
			return nil, s.failed(f)
		}
		if p, f = s.Policy(ctx, name); f != nil {
			return nil, s.failed(f)
		}
		if p == nil {
			return nil, s.stop("setup.lost")
		}
	}
	switch {
	case p.Document.Same(d):
		return p, nil
	case !p.Ours():
		return nil, s.stop("setup.policy.other", name, d.String())
	}
	return p, s.errorOf(s.UpdatePolicy(ctx, p, d))
}

// makeKey makes the user's key.
func (s *setup) makeKey(ctx context.Context) (key *tencent.Key, err error) {
	f := s.settle(ctx, s.newUser(), absent, func() (f *operator.Failure) {
		key, f = s.CreateKey(ctx, s.sender.Uin, "")
		return f
	})
	return key, s.errorOf(f)
}
